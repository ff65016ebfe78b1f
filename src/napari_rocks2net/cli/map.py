"""Command `map`: slides classified window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import (
    note_workers,
    print_line,
    print_note,
    print_origin,
    progress,
    show_table,
)
from napari_rocks2net.cli.options import (
    Backend,
    Device,
    Model,
    Overwrite,
    Scheduler,
    comma_separated,
    require_folder,
    required,
    takes_settings,
    unset,
)
from napari_rocks2net.samples.columns import CLASS, PERCENT_COLUMNS, PROPERTY
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.slides import SlideMap
    from napari_rocks2net.slides.rows import RowSource

MOST_CLASSES_SHOWN = 12
Slides = Annotated[
    list[Path],
    # One that cannot be read costs a line, not the others.
    required(
        metavar="SLIDE",
        help="Scans: TIFF, BigTIFF or OME-TIFF with or without a pyramid, OME-Zarr, or any photo.",
        readable=False,
    ),
]
Region = Annotated[
    Path | None,
    unset(help="GeoJSON, as QuPath writes it: only windows with their centre in its polygons."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with interrupted maps.")]
Properties = Annotated[
    str | None, typer.Option(help="Properties of the model, separated by commas.", show_default="all")
]
SlideScale = Annotated[
    float | None, typer.Option(help="Micrometres a pixel of the slides.", show_default="what the files say")
]


@takes_settings(MapSettings)
def map(
    model: Model,
    slides: Slides,
    out: Annotated[Path, unset(help="The folder; each slide gets one in it.")],
    um_per_pixel: SlideScale = None,
    region: Region = None,
    property: Properties = None,
    device: Device = "auto",
    backend: Backend = "auto",
    scheduler: Scheduler = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    """Map slides: the classes of every part of a scan, with their areas.

    Writes for each slide the share of each class with its 95 % interval (areas.csv), one row for each cell
    (cells.csv), an overview of each property (PNG), and every probability (map.zarr). What will be done is
    said before it begins. A map is on disk row by row: after an interruption the same command with --resume
    goes on. A part of a slide that cannot be read leaves its cells empty; slides that cannot be read are
    listed on standard error.
    """
    from napari_rocks2net.classify import RockClassifier

    folders = _folders(out, slides)
    classifier = RockClassifier.load(model, device=device, backend=backend).select(*comma_separated(property))
    order = _Order(classifier, MapSettings(**settings), region, um_per_pixel, resume, overwrite)
    with _rows(classifier, scheduler) as rows:
        mapped = order.map_all(folders, rows)
    print_origin(each.card for each in classifier.models)
    print_line(f"Wrote {out}: {mapped} of {count_of(len(slides), 'slide')} mapped.")


@contextmanager
def _rows(classifier: RockClassifier, scheduler: str | None) -> Iterator[RowSource | None]:
    """Let this computer fill maps in, or the workers of a scheduler."""
    from napari_rocks2net.cluster import connect
    from napari_rocks2net.slides import row_source

    if scheduler is None:
        print_note(classifier.device.reason)
        yield None
        return
    with connect(scheduler) as client, row_source(classifier, client) as rows:
        note_workers(len(client.nthreads()), scheduler)
        yield rows


def _folders(out: Path, slides: Sequence[Path]) -> dict[Path, Path]:
    """Return the folder of each slide; slides of one name get numbers.

    None is one that cannot be written, or in a slide: those of OME-Zarr are folders.
    """
    from napari_rocks2net.slides.slide import name_of

    folders: dict[Path, Path] = {}
    for path in dict.fromkeys(slides):
        name, number = name_of(path), 1
        while out / name in folders.values():
            number += 1
            name = f"{name_of(path)}_{number}"
        folders[path] = out / name
    inputs = [slide.resolve() for slide in slides if slide.is_dir()]
    for folder in folders.values():
        if any(folder.resolve().is_relative_to(slide) for slide in inputs):
            raise typer.BadParameter(f"{folder} is in a slide that is mapped: name another folder by --out.")
        require_folder(folder)
    return folders


@dataclass(frozen=True)
class _Order:
    """Order of a map: the model, and how to map."""

    classifier: RockClassifier
    settings: MapSettings
    region: Path | None
    um_per_pixel: float | None
    resume: bool
    overwrite: bool

    def map_all(self, folders: Mapping[Path, Path], cluster: RowSource | None) -> int:
        """Map each slide into its folder; return how many could be mapped."""
        from napari_rocks2net.imaging import ImageError
        from napari_rocks2net.slides import SlideError

        mapped = 0
        for path, folder in folders.items():
            try:
                self._map(path, folder, cluster)
                mapped += 1
            except (ImageError, SlideError, MemoryError) as error:
                if len(folders) == 1:
                    raise
                print_note(f"Left out: {error or f'{path} needs more memory than there is.'}")
        if not mapped:
            raise SlideError("None of the slides could be mapped.")
        return mapped

    def _map(self, path: Path, folder: Path, cluster: RowSource | None) -> None:
        from napari_rocks2net import slides

        region = None if self.region is None else slides.read_region(self.region, path)
        with slides.open_slide(path, self.um_per_pixel) as slide:
            plan = slides.plan_map(self.classifier, slide, self.settings, region)
            flags = {"resume": self.resume, "overwrite": self.overwrite}
            begun = slides.BegunMap.of(self.classifier, plan, folder, cluster, **flags)
            for sentence in begun.sentences:
                print_note(sentence)
            with progress("Mapping") as show:
                for done, total in begun.fill(_note_empty_cell):
                    show(done, total)
        _show(begun.result, path)


def _note_empty_cell(error: Exception) -> None:
    print_note(f"Empty cell: {error}")


def _show(result: SlideMap, path: Path) -> None:
    """Print how many cells were answered, and the areas of the commonest classes."""
    listed = ", ".join(f"{count:,} {name}" for name, count in _counts(result).items() if count)
    print_line(f"{path}: {count_of(result.grid.rows * result.grid.columns, 'cell')}: {listed}.")
    if (ways := result.answered_by_way())["dense"]:
        print_line(f"By maps of the whole slide: {ways['dense']:,} cells; by themselves: {ways['exact']:,}.")
    if background := result.answered_background():
        print_note(
            f"{background:,} of the answered cells are mostly bright and colourless, as glass is, or dark, "
            "and count in the areas: look at the overviews, and see --leave-out."
        )
    show_table(["property", "class", "area %", "95 %"], _area_rows(result))


def _counts(result: SlideMap) -> dict[str, int]:
    """Return how many cells are in each state."""
    from napari_rocks2net.classify.prediction import UNFAMILIAR
    from napari_rocks2net.slides import CellState

    return {
        "answered": result.count(CellState.ANSWERED),
        "background": result.count(CellState.BACKGROUND),
        "unreadable": result.count(CellState.UNREADABLE),
        "outside the region": result.count(CellState.OUTSIDE),
        "like nothing the model learned": max(
            int((each.unfamiliar > UNFAMILIAR).sum()) for each in result.properties
        ),
    }


def _area_rows(result: SlideMap) -> list[list[str]]:
    """Return the commonest classes with their areas."""
    from napari_rocks2net.slides import area_table

    table = area_table(result)
    table = table[table["cells"] > 0].sort_values(PERCENT_COLUMNS[0], ascending=False, kind="stable")
    names = [PROPERTY, CLASS, *PERCENT_COLUMNS]
    return [
        [of, name, f"{percent:.1f}", f"{low:.1f}-{high:.1f}"]
        for of, name, percent, low, high in table[names].head(MOST_CLASSES_SHOWN).itertuples(index=False)
    ]
