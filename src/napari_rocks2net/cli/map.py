"""Command `map`: slides classified window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import note, note_workers, progress, say, say_origin, show_table
from napari_rocks2net.cli.options import Backend, Device, Model, Overwrite, Scheduler, takes_settings
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
    typer.Argument(
        metavar="SLIDE",
        help="Scans: TIFF, BigTIFF or OME-TIFF with or without a pyramid, OME-Zarr, or any photo.",
        show_default=False,
        readable=False,
    ),
]
Region = Annotated[
    Path | None,
    typer.Option(
        help="GeoJSON, as QuPath writes it: only windows with their centre in its polygons.",
        show_default=False,
    ),
]
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
    out: Annotated[Path, typer.Option(help="The folder; each slide gets one in it.", show_default=False)],
    um_per_pixel: SlideScale = None,
    region: Region = None,
    property: Properties = None,
    device: Device = "auto",
    backend: Backend = "auto",
    scheduler: Scheduler = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with interrupted maps.")] = False,
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
    from napari_rocks2net.imaging import ImageError
    from napari_rocks2net.slides import SlideError

    classifier = RockClassifier.load(model, device=device, backend=backend)
    if property:
        classifier = classifier.select(*(name.strip() for name in property.split(",")))
    options = {"settings": MapSettings(**settings), "region": region, "um_per_pixel": um_per_pixel}
    mapped = 0
    with _rows(classifier, scheduler) as rows:
        for path, folder in _folders(out, slides).items():
            try:
                _map_one(classifier, path, folder, rows, options, resume=resume, overwrite=overwrite)
                mapped += 1
            except (ImageError, SlideError, MemoryError) as error:
                if len(slides) == 1:
                    raise
                note(f"Left out: {error or f'{path} needs more memory than there is.'}")
    if not mapped:
        raise SlideError("None of the slides could be mapped.")
    say_origin(each.card for each in classifier.models)
    say(f"Wrote {out}: {mapped} of {count_of(len(slides), 'slide')} mapped.")


@contextmanager
def _rows(classifier: RockClassifier, scheduler: str | None) -> Iterator[RowSource | None]:
    """Let this computer fill maps in, or the workers of a scheduler."""
    from napari_rocks2net.cluster import connect
    from napari_rocks2net.slides import row_source

    if scheduler is None:
        note(classifier.device.reason)
        yield None
        return
    with connect(scheduler) as client, row_source(classifier, client) as rows:
        note_workers(len(client.nthreads()), scheduler)
        yield rows


def _folders(out: Path, slides: Sequence[Path]) -> dict[Path, Path]:
    """Return the folder of each slide; slides of one name get numbers."""
    from napari_rocks2net.slides.slide import name_of

    folders: dict[Path, Path] = {}
    for path in dict.fromkeys(slides):
        name, number = name_of(path), 1
        while out / name in folders.values():
            number += 1
            name = f"{name_of(path)}_{number}"
        folders[path] = out / name
    return folders


def _map_one(
    classifier: RockClassifier,
    path: Path,
    folder: Path,
    cluster: RowSource | None,
    options: Mapping[str, Any],
    *,
    resume: bool,
    overwrite: bool,
) -> None:
    from napari_rocks2net.slides import (
        MapFolder,
        SlideMap,
        begin_way,
        iterate_map,
        open_slide,
        plan_map,
        read_region,
    )

    region = None if options["region"] is None else read_region(options["region"])
    with open_slide(path, options["um_per_pixel"]) as slide:
        plan = plan_map(classifier, slide, options["settings"], region)
        result = SlideMap.empty(plan, classifier.properties)
        on_disk = MapFolder.begin(folder, plan, classifier, result, resume=resume, overwrite=overwrite)
        if on_disk.rows:
            note(f"{len(on_disk.rows)} of {plan.grid.rows} rows are in {folder} already.")
        way = begin_way(classifier, plan, on_disk, cluster)
        note(plan.sentence(plan.seconds(classifier) if way.seconds is None else way.seconds))
        note(way.sentence)
        with progress("Mapping") as show:
            rows = way.rows(classifier)
            for done, total in iterate_map(classifier, plan, result, on_disk, _note_empty_cell, rows):
                show(done, total)
        on_disk.finish(result)
    _show(result, path)


def _note_empty_cell(error: Exception) -> None:
    note(f"Empty cell: {error}")


def _show(result: SlideMap, path: Path) -> None:
    """Print how many cells were answered, and the areas of the commonest classes."""
    from napari_rocks2net.classify.prediction import UNFAMILIAR
    from napari_rocks2net.slides import CellState, area_table

    unlike = max(int((each.unfamiliar > UNFAMILIAR).sum()) for each in result.properties)
    counts = {
        "answered": result.count(CellState.ANSWERED),
        "background": result.count(CellState.BACKGROUND),
        "unreadable": result.count(CellState.UNREADABLE),
        "outside the region": result.count(CellState.OUTSIDE),
        "like nothing the model learned": unlike,
    }
    listed = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    say(f"{path}: {count_of(result.grid.rows * result.grid.columns, 'cell')}: {listed}.")
    if (ways := result.answered_by_way())["dense"]:
        say(f"By maps of the whole slide: {ways['dense']:,} cells; by themselves: {ways['exact']:,}.")
    if background := result.answered_background():
        note(
            f"{background:,} of the answered cells are mostly bright and colourless, as glass is, or dark, "
            "and count in the areas: look at the overviews, and see --leave-out."
        )
    table = area_table(result)
    table = table[table["cells"] > 0].sort_values("percent", ascending=False, kind="stable")
    rows = [
        [
            row["property"],
            row["class"],
            f"{row['percent']:.1f}",
            f"{row['percent_low']:.1f}-{row['percent_high']:.1f}",
        ]
        for _, row in table.head(MOST_CLASSES_SHOWN).iterrows()
    ]
    show_table(["property", "class", "area %", "95 %"], rows)
