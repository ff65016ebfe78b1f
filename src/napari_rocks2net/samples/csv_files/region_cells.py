"""Cells of regions and views: how a table holds a rectangle, an outline, a plane and an affine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_rocks2net.samples.columns import OUTLINE, PLANE, REGION
from napari_rocks2net.samples.region import Region, RegionError
from napari_rocks2net.samples.sample_row import Affine

if TYPE_CHECKING:
    import pandas as pd


def parse_region(box: str, outline: str = "", plane: tuple[int, ...] = ()) -> Region | None:
    """Return the region that a row's cells describe; None, the whole image, if box and outline are empty.

    Parameters
    ----------
    box : str
        "y0,x0,y1,x1" in pixels.
    outline : str
        "y,x;y,x;..." of what is no upright rectangle, in pixels; it counts rather than the box.
    plane : tuple of int
        The plane of a stack.

    Raises
    ------
    RegionError
        When the cells are no numbers or enclose no area.
    """
    region = _rectangle(box, plane) if box.strip() else None
    if not outline.strip():
        return region
    try:
        vertices = [tuple(map(float, corner.split(","))) for corner in outline.split(";") if corner.strip()]
        return Region(tuple((y, x) for y, x in vertices), "polygon", plane)
    except RegionError:
        raise
    except ValueError:
        raise RegionError(f"the outline {outline!r:.80} is not three or more corners y,x;y,x;y,x") from None


def region_cells(region: Region | None) -> dict[str, str]:
    """Return the cells of a region, column -> text, as `parse_region` reads them."""
    if region is None:
        return {}
    cells = {REGION: ",".join(map(str, region.box)), PLANE: ",".join(map(str, region.plane))}
    if not region.is_upright:
        cells[OUTLINE] = ";".join(f"{y},{x}" for y, x in region.vertices)
    return cells


def regions_as_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a `SampleTable` as a CSV holds them: regions in columns of text, if there are any."""
    import pandas as pd

    cells = pd.DataFrame([region_cells(region) for region in frame[REGION]], index=frame.index, dtype=str)
    cells = cells.fillna("")
    return pd.concat([frame.drop(columns=REGION), cells.loc[:, (cells != "").any()]], axis=1)


def regions_from_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of text, as `regions_as_cells` makes them, with a column of regions.

    Raises
    ------
    RegionError
        When a cell is none.
    """
    import pandas as pd

    texts = [frame.get(name, pd.Series("", frame.index)) for name in (REGION, OUTLINE, PLANE)]
    regions = [
        parse_region(box, outline, parse_plane(plane)) for box, outline, plane in zip(*texts, strict=True)
    ]
    others = frame.drop(columns=[REGION, OUTLINE, PLANE], errors="ignore")
    return others.assign(**{REGION: pd.Series(regions, frame.index, dtype=object)})


def _rectangle(box: str, plane: tuple[int, ...]) -> Region:
    try:
        y0, x0, y1, x1 = map(float, box.split(","))
    except ValueError:
        raise RegionError(f"the region {box!r} is not four numbers y0,x0,y1,x1 in pixels") from None
    return Region.rectangle(y0, x0, y1, x1, plane)


def parse_plane(text: str) -> tuple[int, ...]:
    """Return the plane of a stack that a cell such as "0,3" names; empty for an image of one plane."""
    return tuple(int(index) for index in text.split(",") if index)


def parse_affine(text: str) -> Affine | None:
    """Return how a view lies in its field, as `affine_cell` writes it; None for an empty cell.

    Raises
    ------
    ValueError
        When these are not two rows of three numbers.
    """
    if not text:
        return None
    try:
        (a, b, y), (c, d, x) = (tuple(map(float, line.split(","))) for line in text.split(";"))
    except ValueError:
        raise ValueError(f"{text!r:.80} is no affine a,b,y;c,d,x") from None
    return (a, b, y), (c, d, x)


def affine_cell(affine: Affine | None) -> str:
    """Return the cell "a,b,y;c,d,x" of an affine; empty for None."""
    return ";".join(",".join(map(str, line)) for line in affine or ())
