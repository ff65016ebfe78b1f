"""Command `crystals`: segment, measure and classify the crystals of SEM images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from napari_rocks2net.cli.console import print_line, print_note, progress
from napari_rocks2net.cli.images import find_images, note_passed_over
from napari_rocks2net.cli.options import Device, Overwrite, require_folder, required, takes_settings, unset
from napari_rocks2net.crystals.measuring.columns import EQUIVALENT_DIAMETER
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.samples.columns import CLASS
from napari_rocks2net.settings import settings_of
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.crystals.files import CrystalsOfImage
    from napari_rocks2net.crystals.output_names import CrystalFiles
    from napari_rocks2net.iteration import OnProgress

Images = Annotated[
    list[Path],
    # One that cannot be read costs a line, not the others.
    required(metavar="IMAGE", help="SEM images, or folders of them.", readable=False),
]
Model = Annotated[str | None, unset(help="Name the crystals with this model file.")]
MicrometresAPixel = Annotated[
    float | None, typer.Option(help="Micrometres a pixel.", show_default="what the file says, else none")
]
Segmenter = Annotated[Literal["built-in", "sam"], typer.Option(help="What finds the crystals.")]
Checkpoint = Annotated[str | None, unset(help="For sam: folder of a checkpoint, or its name on the hub.")]
Download = Annotated[
    bool, typer.Option("--download", help="Fetch a checkpoint that is not on this computer.")
]


@takes_settings(SegmentationSettings, SamSettings)
def crystals(
    images: Images,
    out: Annotated[Path, unset(help="The folder to write into.")],
    pixel_size: MicrometresAPixel = None,
    model: Model = None,
    segmenter: Segmenter = "built-in",
    device: Device = "auto",
    checkpoint: Checkpoint = None,
    download: Download = False,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    """Segment the crystals of SEM images, measure them, and name them where a model is given.

    Writes for each image a label image (NAME_labels.tif), a table (NAME_crystals.csv), a picture of the
    outlines (NAME_overlay.png), and with a model the share of each class (NAME_classes.csv). Images that
    cannot be used are listed on standard error and left out.
    """
    from napari_rocks2net.crystals import CrystalClassifier
    from napari_rocks2net.crystals.output_names import name_outputs
    from napari_rocks2net.pixel_scale import PixelSize

    outputs = name_outputs(out, _photos(images))
    search = {
        **_segmentation(segmenter, checkpoint, download, device, settings),
        "pixel_size": None if pixel_size is None else PixelSize(pixel_size, "given"),
        "classifier": None if model is None else CrystalClassifier.load(model, device),
    }
    counts = _segment_all(out, outputs, search, overwrite)
    failures = f", {len(outputs) - len(counts)} left out" if len(counts) < len(outputs) else ""
    print_line(f"Wrote {out}: {sum(counts)} crystals in {len(counts)} of {len(outputs)} images{failures}.")


def _photos(images: Sequence[Path]) -> list[Path]:
    """Return the files, and what folders hold, without results of this program; say what is passed over."""
    from napari_rocks2net.crystals import CrystalError
    from napari_rocks2net.imaging import is_own_output

    note_passed_over(images)
    files = find_images(images)
    results = [path for path in files if is_own_output(path)]
    for path in results:
        print_note(f"Left out: {path} is a result of this program and no SEM image.")
    if len(results) == len(files):
        raise CrystalError("All images are results of this program: give the SEM images.")
    return [path for path in files if path not in results]


def _segmentation(
    segmenter: str, checkpoint: str | None, download: bool, device: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how `find_crystals` is to segment; a checkpoint is loaded once for all images."""
    from napari_rocks2net.crystals import SamSegmenter

    if segmenter == "built-in":
        if checkpoint is not None:
            raise typer.BadParameter("A --checkpoint is for --segmenter sam.")
        return {"settings": _fields_of(SegmentationSettings, settings)}
    if checkpoint is None:
        raise typer.BadParameter(
            "--segmenter sam needs a --checkpoint: a folder, or a name on the hub such as "
            "facebook/sam-vit-base together with --download."
        )
    return {
        "settings": _fields_of(SamSettings, {**settings, "drop_border": not settings["keep_border"]}),
        "segmenter": SamSegmenter.load(checkpoint, device, download=download),
    }


def _fields_of(kind: type, values: Mapping[str, Any]) -> Any:
    return kind(**{name: values[name] for name in settings_of(kind)})


def _segment_all(
    out: Path, outputs: Mapping[Path, CrystalFiles], search: Mapping[str, Any], overwrite: bool
) -> list[int]:
    """Write the files of every image that can be used; return how many crystals each has."""
    from napari_rocks2net.atomic_write import remove_leftovers
    from napari_rocks2net.crystals import CrystalError
    from napari_rocks2net.crystals.output_names import FILE_ENDS
    from napari_rocks2net.imaging import ImageError

    require_folder(out)
    remove_leftovers(out, FILE_ENDS)
    counts: list[int] = []
    with progress("Segmenting") as show:
        for index, (path, files) in enumerate(outputs.items()):
            try:
                part = _part_of(show, index, len(outputs))
                result = _segment(path, files, overwrite, on_progress=part, **search)
            except (CrystalError, ImageError, MemoryError, OSError) as error:
                print_note(f"Left out: {_named(path, error)}")
                continue
            counts.append(len(result.table))
            print_line(_summary(path, result))
    if not counts:
        raise CrystalError("None of the images could be segmented.")
    return counts


def _segment(path: Path, files: CrystalFiles, overwrite: bool, **search: Any) -> CrystalsOfImage:
    from napari_rocks2net.crystals import CrystalError
    from napari_rocks2net.crystals.files import find_crystals, write_crystals

    files.check_names(path)
    if files.existing is not None and not overwrite:
        raise CrystalError(f"{files.existing} exists already; replace it with --overwrite.")
    result = find_crystals(path, **search)
    write_crystals(result, files, str(path))
    return result


def _part_of(show: OnProgress, index: int, images: int) -> OnProgress:
    """Return a callback for the steps of one of several images."""
    return lambda done, steps: show(index * steps + done, images * steps)


def _named(path: Path, error: Exception) -> str:
    """Return the message of an error, with the image where it does not name it."""
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{path}: {error.strerror or error}{where}."
    if isinstance(error, MemoryError):
        from napari_rocks2net.imaging.file_errors import NEEDS_MEMORY

        return f"{path} {NEEDS_MEMORY}"
    return str(error) if str(error).startswith(str(path)) else f"{path}: {error}"


def _summary(path: Path, result: CrystalsOfImage) -> str:
    from napari_rocks2net.crystals import segmentation_warning

    size = result.pixel_size
    scale = "no pixel size" if size is None else f"pixel size {size.micrometres:.4g} µm, {size.source}"
    if result.table.empty:
        return f"{path}: no crystals ({scale})."
    diameter = result.table[EQUIVALENT_DIAMETER].median()
    count = count_of(len(result.table), "crystal")
    text = f"{path}: {count}, median diameter {diameter:.3g} {result.table.attrs['unit']} ({scale})"
    if result.classes:
        shares = result.table[CLASS].value_counts(normalize=True)
        text = ", ".join([text, *(f"{name} {100 * shares.get(name, 0):.0f} %" for name in result.classes)])
    return f"{text}. {segmentation_warning(result.labels)}".rstrip()
