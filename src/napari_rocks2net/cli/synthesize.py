"""Command `synthesize`: synthetic thin sections as labelled collections and whole slides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from napari_rocks2net.cli.console import print_line, progress
from napari_rocks2net.cli.options import Overwrite, require_free, unset
from napari_rocks2net.iteration import OnProgress

if TYPE_CHECKING:
    from napari_rocks2net.synthetic import SlideScan
    from napari_rocks2net.synthetic.scan import ScanPicture

Properties = Annotated[
    str, typer.Option(help="grain, clastic, mechanical genesis, mixture or basic category.")
]
PerClass = Annotated[int, typer.Option(min=1, help="Sections per class.")]
Photos = Annotated[
    int, typer.Option(min=1, max=4, help="Photos per section: XPL, PPL, then both with the stage turned.")
]
Size = Annotated[int, typer.Option(min=8, help="Side of a photo in pixels.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed draws the same bytes.")]
Slide = Annotated[
    str | None,
    unset(
        metavar="HEIGHTxWIDTH",
        help="Draw one slide of so many pixels, PPL, XPL and grain map, and no collection.",
    ),
]
Recipe = Annotated[str | None, unset(help="The class of the slide; by default the first.")]
Flaws = Annotated[
    bool, typer.Option("--flaws", help="Rare air bubbles and scratches, as in sections made by hand.")
]


def synthesize(
    out: Annotated[Path, unset(help="The folder to draw into.")],
    property: Properties = "grain",
    per_class: PerClass = 40,
    photos: Photos = 3,
    size: Size = 256,
    seed: Seed = 0,
    slide: Slide = None,
    recipe: Recipe = None,
    um_per_pixel: Annotated[float, typer.Option(help="The scale of the slide.")] = 4.0,
    flaws: Flaws = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw a labelled collection of thin sections, or one slide of any size.

    The sections are synthetic: what is measured on them says nothing about real rock.
    """
    options: dict[str, Any] = {"property": property, "seed": seed, "flaws": flaws}
    if slide is not None:
        _draw_slide(out, recipe, _shape(slide), overwrite, um_per_pixel=um_per_pixel, **options)
    else:
        _draw_photos(out, overwrite, per_class=per_class, photos=photos, size=size, **options)


def _draw_photos(out: Path, overwrite: bool, **options: Any) -> None:
    from napari_rocks2net.synthetic import write_collection

    # Photos that are there are those of an interrupted run; the table is its end.
    require_free([out / "labels.csv"], overwrite)
    with progress("Drawing photos") as show:
        table = write_collection(out, overwrite=overwrite, on_photo=show, **options)
    sections = f"{options['per_class']} sections a class"
    print_line(f"Wrote {table}: the photos of {sections}; split them by the column section.")


def _draw_slide(
    out: Path, recipe: str | None, shape: tuple[int, int], overwrite: bool, **options: Any
) -> None:
    from napari_rocks2net.synthetic import draw_scan
    from napari_rocks2net.synthetic.petrology.recipes import recipes_of
    from napari_rocks2net.synthetic.scan import ScanPicture

    name = recipe or next(iter(recipes_of(options["property"])))
    scan = draw_scan(name, shape, **options)
    pictures: tuple[ScanPicture, ...] = get_args(ScanPicture)
    files = [out / f"{name.replace(' ', '_')}_{picture}.tif" for picture in pictures]
    require_free(files, overwrite)
    out.mkdir(parents=True, exist_ok=True)
    for file, picture in zip(files, pictures, strict=True):
        _write_tiles(file, scan, picture)
    print_line(f"Wrote {out}: {name} in PPL and XPL with its grain map, {scan.height} x {scan.width} pixels.")


def _shape(text: str) -> tuple[int, int]:
    height, _, width = text.lower().partition("x")
    if not (height.isdecimal() and width.isdecimal()):
        raise typer.BadParameter(f"{text!r} is no size; give HEIGHTxWIDTH, for example 20000x20000.")
    return int(height), int(width)


def _write_tiles(path: Path, scan: SlideScan, picture: ScanPicture) -> None:
    """Write a picture as tiled TIFF, tile by tile, and give it its name when it is whole."""
    import tifffile

    from napari_rocks2net.atomic_write import written_whole
    from napari_rocks2net.imaging import OUTPUT_SOFTWARE
    from napari_rocks2net.synthetic.scan import TILE

    array = getattr(scan, picture)
    pixels_per_cm = 1e4 / scan.section.um_per_pixel
    with progress(f"Drawing {path.name}") as show, written_whole(path) as partial:
        tifffile.imwrite(
            partial,
            _counted(scan.tiles(picture), -(-scan.height // TILE) * -(-scan.width // TILE), show),
            shape=array.shape,
            dtype=array.dtype,
            tile=(TILE, TILE),
            photometric="minisblack" if picture == "grains" else "rgb",
            compression="zlib",
            resolution=(pixels_per_cm, pixels_per_cm),
            resolutionunit="CENTIMETER",
            # The other two are photos.
            software=OUTPUT_SOFTWARE if picture == "grains" else None,
        )


def _counted(tiles: Iterator[Any], total: int, show: OnProgress) -> Iterator[Any]:
    for done, tile in enumerate(tiles, start=1):
        yield tile
        show(done, total)
