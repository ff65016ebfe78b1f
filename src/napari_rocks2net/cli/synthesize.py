"""Command `synthesize`: synthetic thin sections as labelled collections and whole slides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from napari_rocks2net.cli.console import progress, say
from napari_rocks2net.cli.options import Overwrite, require_free

if TYPE_CHECKING:
    from napari_rocks2net.synthetic import SlideScan


def synthesize(
    out: Annotated[Path, typer.Option(help="The folder to draw into.", show_default=False)],
    property: Annotated[
        str, typer.Option(help="grain, clastic, mechanical genesis, mixture or basic category.")
    ] = "grain",
    per_class: Annotated[int, typer.Option(min=1, help="Sections per class.")] = 40,
    photos: Annotated[
        int,
        typer.Option(min=1, max=4, help="Photos per section: XPL, PPL, then both with the stage turned."),
    ] = 3,
    size: Annotated[int, typer.Option(min=8, help="Side of a photo in pixels.")] = 256,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same bytes.")] = 0,
    slide: Annotated[
        str | None,
        typer.Option(
            metavar="HEIGHTxWIDTH",
            help="Draw one slide of so many pixels, PPL, XPL and grain map, and no collection.",
            show_default=False,
        ),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="The class of the slide; by default the first.", show_default=False)
    ] = None,
    um_per_pixel: Annotated[float, typer.Option(help="The scale of the slide.")] = 4.0,
    flaws: Annotated[
        bool, typer.Option("--flaws", help="Rare air bubbles and scratches, as in sections made by hand.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw a labelled collection of thin sections, or one slide of any size.

    The sections are synthetic: what is measured on them says nothing about real rock.
    """
    if slide is not None:
        _draw_slide(out, property, recipe, slide, um_per_pixel, seed, flaws, overwrite)
        return
    from napari_rocks2net.synthetic import write_collection

    # Photos that are there are those of an interrupted run; the table is its end.
    require_free([out / "labels.csv"], overwrite)
    options: dict[str, Any] = {"photos": photos, "flaws": flaws}
    with progress("Drawing photos") as show:
        table = write_collection(out, property, per_class, size, seed, **options, on_photo=show)
    say(f"Wrote {table}: the photos of {per_class} sections a class; split them by the column section.")


def _draw_slide(
    out: Path,
    property: str,
    recipe: str | None,
    size: str,
    um_per_pixel: float,
    seed: int,
    flaws: bool,
    overwrite: bool,
) -> None:
    from napari_rocks2net.synthetic import draw_scan
    from napari_rocks2net.synthetic.petrology.recipes import recipes_of

    name = recipe or next(iter(recipes_of(property)))
    scan = draw_scan(name, _shape(size), property=property, um_per_pixel=um_per_pixel, seed=seed, flaws=flaws)
    pictures: tuple[Literal["ppl", "xpl", "grains"], ...] = ("ppl", "xpl", "grains")
    files = [out / f"{name.replace(' ', '_')}_{picture}.tif" for picture in pictures]
    require_free(files, overwrite)
    out.mkdir(parents=True, exist_ok=True)
    for file, picture in zip(files, pictures, strict=True):
        _write_tiles(file, scan, picture)
    say(f"Wrote {out}: {name} in PPL and XPL with its grain map, {scan.height} x {scan.width} pixels.")


def _shape(text: str) -> tuple[int, int]:
    height, _, width = text.lower().partition("x")
    if not (height.isdecimal() and width.isdecimal()):
        raise typer.BadParameter(f"{text!r} is no size; give HEIGHTxWIDTH, for example 20000x20000.")
    return int(height), int(width)


def _write_tiles(path: Path, scan: SlideScan, picture: Literal["ppl", "xpl", "grains"]) -> None:
    """Write a picture as tiled TIFF, tile by tile, and give it its name when it is whole."""
    import tifffile

    from napari_rocks2net.synthetic.scan import TILE

    array = getattr(scan, picture)
    pixels_per_cm = 1e4 / scan.section.um_per_pixel
    partial = path.with_name(f".{path.name}.part")
    with progress(f"Drawing {path.name}") as show:
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
        )
    partial.replace(path)


def _counted(tiles: Iterator[Any], total: int, show: Callable[[int, int], None]) -> Iterator[Any]:
    for done, tile in enumerate(tiles, start=1):
        yield tile
        show(done, total)
