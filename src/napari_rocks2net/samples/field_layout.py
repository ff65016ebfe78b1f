"""Layout of the fields of a sample table: their lights, and the table with one row a field."""

from __future__ import annotations

from dataclasses import replace

from napari_rocks2net.features import PHOTOS, FieldLayout
from napari_rocks2net.samples.columns import FILE, LIGHT
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.fields import field_rows, has_fields
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.views import LIGHTS


def layout_of(samples: SampleTable) -> FieldLayout:
    """Return the lights of samples that are fields, and of which there are several stage angles.

    Raises
    ------
    SampleError
        When there are fields, and a photo beside them of which the table does not say the light.
    """
    frame = samples.frame
    if not has_fields(frame):
        return PHOTOS
    if (unknown := frame[LIGHT] == "").any():
        raise SampleError(
            f"{unknown.sum()} photos have no light, the first is {frame.loc[unknown, FILE].iloc[0]}: fields "
            "are told apart by the lights of their views, so fill the column 'light' in."
        )
    lights = frame[LIGHT].tolist()
    return FieldLayout.of([[lights[row] for row in own] for own in field_rows(frame)], LIGHTS)


def one_row_a_field(samples: SampleTable) -> SampleTable:
    """Return the samples with the row of its first view for each field."""
    first = [int(own[0]) for own in field_rows(samples.frame)]
    return replace(samples, frame=samples.frame.iloc[first].reset_index(drop=True))
