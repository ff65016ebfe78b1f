"""Segment and measure the crystals of SEM images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from napari_rocks2net.cli.console import note, progress, say
from napari_rocks2net.cli.predict import find_images

if TYPE_CHECKING:
    from napari_rocks2net.crystals import PixelSize, SegmentationSettings
    from napari_rocks2net.crystals.files import CrystalFiles, CrystalsOfImage

Images = Annotated[
    list[Path], typer.Argument(metavar="IMAGE", help="SEM images, or folders of them.", show_default=False)
]
# The names of these parameters are the fields of SegmentationSettings.
Size = Annotated[
    float | None,
    typer.Option(help="Diameter of a typical crystal.", show_default="estimated for each image"),
]
SizeUnit = Annotated[Literal["pixel", "micrometre"], typer.Option(help="What --size is given in.")]
SizeRange = Annotated[
    tuple[float, float],
    typer.Option(help="Smallest and largest diameter of a crystal, as multiples of the size."),
]
Splitting = Annotated[
    float, typer.Option(help="0 to 1: high cuts clumps at faint necks, low leaves twins whole.")
]
Sensitivity = Annotated[
    float, typer.Option(help="0 to 1: high keeps faint crystals too, low the clearest only.")
]
Denoising = Annotated[float, typer.Option(help="Smoothing, 0 to 10; more for noisy images.")]
Dark = Annotated[bool, typer.Option(help="Crystals are darker than what surrounds them.")]
CropInfoBar = Annotated[bool, typer.Option(help="Leave out the instrument's bar where one is found.")]
KeepBorder = Annotated[bool, typer.Option(help="Keep crystals that touch the border of the image.")]
Levels = Annotated[int, typer.Option(help="Grey levels to search; more is slower and finds fainter steps.")]


def crystals(
    context: typer.Context,
    images: Images,
    out: Annotated[Path, typer.Option(help="The folder to write into.", show_default=False)],
    size: Size = None,
    size_unit: SizeUnit = "pixel",
    pixel_size: Annotated[
        float | None,
        typer.Option(help="Micrometres a pixel.", show_default="what the file says, else none"),
    ] = None,
    size_range: SizeRange = (0.3, 2.2),
    splitting: Splitting = 0.5,
    sensitivity: Sensitivity = 0.5,
    denoising: Denoising = 1.0,
    dark: Dark = False,
    crop_info_bar: CropInfoBar = True,
    keep_border: KeepBorder = True,
    levels: Levels = 8,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files of an earlier run.")] = False,
) -> None:
    """Segment the crystals of SEM images and measure them, without a trained network.

    Writes for each image a label image (NAME_labels.tif), a table (NAME_crystals.csv) and a picture of the
    outlines (NAME_overlay.png). Images that cannot be used are listed on standard error and left out.
    """
    from napari_rocks2net.crystals import CrystalError, PixelSize
    from napari_rocks2net.crystals.files import name_outputs

    settings = _settings(context.params)
    given = None if pixel_size is None else PixelSize(pixel_size, "given")
    outputs = name_outputs(out, find_images(images))
    counts = _segment_all(outputs, settings, given, overwrite)
    if not counts:
        raise CrystalError("None of the images could be segmented.")
    left_out = f", {len(outputs) - len(counts)} left out" if len(counts) < len(outputs) else ""
    say(f"Wrote {out}: {sum(counts)} crystals in {len(counts)} of {len(outputs)} images{left_out}.")


def _settings(options: Mapping[str, Any]) -> SegmentationSettings:
    from napari_rocks2net.crystals import SegmentationSettings

    return SegmentationSettings(**{field.name: options[field.name] for field in fields(SegmentationSettings)})


def _segment_all(
    outputs: Mapping[Path, CrystalFiles],
    settings: SegmentationSettings,
    pixel_size: PixelSize | None,
    overwrite: bool,
) -> list[int]:
    """Write the files of every image that can be used; return how many crystals each has."""
    from napari_rocks2net.crystals import CrystalError
    from napari_rocks2net.crystals.files import find_crystals, write_crystals
    from napari_rocks2net.imaging import ImageError

    counts: list[int] = []
    with progress("Segmenting") as show:
        for index, (path, files) in enumerate(outputs.items()):
            try:
                if files.existing is not None and not overwrite:
                    raise CrystalError(f"{files.existing} exists already; replace it with --overwrite.")
                found = find_crystals(path, settings, pixel_size, _part_of(show, index, len(outputs)))
            except (CrystalError, ImageError) as error:
                note(f"Left out: {_named(path, error)}")
                continue
            write_crystals(found, files, str(path))
            counts.append(len(found.table))
            say(_summary(path, found))
    return counts


def _part_of(show: Callable[[int, int], None], index: int, images: int) -> Callable[[int, int], None]:
    """Return a callback for the steps of one of several images."""
    return lambda done, steps: show(index * steps + done, images * steps)


def _named(path: Path, error: Exception) -> str:
    """Return the message of an error, with the image where it does not name it."""
    return str(error) if str(error).startswith(str(path)) else f"{path}: {error}"


def _summary(path: Path, found: CrystalsOfImage) -> str:
    size = found.pixel_size
    scale = "no pixel size" if size is None else f"pixel size {size.micrometres:.4g} µm, {size.source}"
    if found.table.empty:
        return f"{path}: no crystals ({scale})."
    diameter = found.table["equivalent_diameter"].median()
    count = f"{len(found.table)} crystals" if len(found.table) > 1 else "1 crystal"
    return f"{path}: {count}, median diameter {diameter:.3g} {found.table.attrs['unit']} ({scale})."
