"""Sample table: labelled images of thin sections, one row a sample and one column a property."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples.columns import LABEL, PROPERTY, SPLIT
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.fields import has_fields, sample_numbers
from napari_rocks2net.samples.parts import PARTS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Labelled images of one rock property, or of several."""

    frame: pd.DataFrame
    """One row a sample: ``file`` (text, an absolute path), ``region`` (`Region`, None for the whole image),
    ``group`` (text, the thin section; samples of one group never part), one text column a property (the
    label, empty where there is none) and, after a split, ``split`` or ``fold``. Where photos are views of
    fields also ``field`` (text, one name for the views of one sample), ``light`` and ``angle`` (text,
    degrees); empty where a row does not say. Where samples say their scale also ``pixel_size_um`` (text,
    micrometres a pixel)."""
    properties: tuple[RockProperty, ...]
    """The properties, each with the classes that occur, sorted."""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The names of the properties."""
        return [each.name for each in self.properties]

    @property
    def only(self) -> RockProperty:
        """The single property.

        Raises
        ------
        SampleError
            When there are several.
        """
        if len(self.properties) > 1:
            raise SampleError(f"The samples have {', '.join(self.names)}; choose one of the properties.")
        return self.properties[0]

    def describe(self) -> str:
        """Say how many samples there are, of which properties and classes."""
        classes = [f"{each.name}: {', '.join(each.classes)}" for each in self.properties]
        samples = f"{len(self)} samples"
        if has_fields(self.frame):
            samples = f"{sample_numbers(self.frame).max() + 1} samples ({len(self)} photos)"
        return f"{samples} of {'; '.join(classes)}"

    def part(self, split: str) -> pd.DataFrame:
        """Return the rows of one split ("train", "validation" or "test"), numbered from 0."""
        return self.frame[self.frame[SPLIT] == split].reset_index(drop=True)

    @property
    def part_sizes(self) -> dict[str, int]:
        """How many rows each part of a split has."""
        return {part: int((self.frame[SPLIT] == part).sum()) for part in PARTS}

    def of(self, name: str) -> SampleTable:
        """Return the samples that have a label of one property, as those of this property alone.

        Raises
        ------
        SampleError
            When the samples have no such property.
        """
        if name not in self.names:
            raise SampleError(f"The samples have no {name!r}; they have {', '.join(self.names)}.")
        others = [other for other in self.names if other != name]
        frame = self.frame[self.frame[name] != ""].drop(columns=others).reset_index(drop=True)
        return SampleTable(frame, tuple(each for each in self.properties if each.name == name))

    def labels(self) -> pd.DataFrame:
        """Return the labels, one row each, property by property.

        Returns
        -------
        pandas.DataFrame
            ``property``, ``label`` and every column of the samples that is no property; the index is that of
            the sample.
        """
        import pandas as pd

        others = self.frame.drop(columns=self.names)
        long = pd.concat([others.assign(**{PROPERTY: name, LABEL: self.frame[name]}) for name in self.names])
        return long[long[LABEL] != ""]
