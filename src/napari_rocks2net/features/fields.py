"""Descriptors of a field: those of each light side by side, with their spread over the stage angles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.features.describing import Descriptors

Floats = npt.NDArray[np.float32]
DescribedView = tuple[str, Mapping[str, Floats]]


@dataclass(frozen=True)
class FieldLayout:
    """Layout of the descriptors of a field: one block for each light."""

    lights: tuple[str, ...]
    """A block of each: the mean over its views."""
    turned: tuple[str, ...] = ()
    """A block more of each of these: the standard deviation over its views, for extinction is information."""

    @classmethod
    def of(cls, fields: Iterable[Sequence[str]], order: Sequence[str]) -> FieldLayout:
        """Return the layout that fields have.

        Parameters
        ----------
        fields : iterable of sequence of str
            The light of each view of each field.
        order : sequence of str
            All lights in their order.
        """
        counts = [[list(field).count(light) for light in order] for field in fields]
        most = np.max(counts, axis=0, initial=0) if counts else np.zeros(len(order))
        most_of_light = dict(zip(order, most.tolist(), strict=True))
        return cls(
            tuple(light for light in order if most_of_light[light]),
            tuple(light for light in order if most_of_light[light] > 1),
        )

    @property
    def of_block(self) -> tuple[str, ...]:
        """The light of each block."""
        return (*self.lights, *self.turned)

    @property
    def arguments(self) -> dict[str, str]:
        """What a network of such fields is built with, for a model card; nothing for photos."""
        named = {"lights": "+".join(self.lights), "turned": "+".join(self.turned)}
        return {name: value for name, value in named.items() if value}

    @property
    def blocks(self) -> int:
        """How many times as long as a photo's the descriptors of a field are; 1 without lights."""
        return max(1, len(self.of_block))

    def join(self, views: Sequence[DescribedView]) -> dict[str, Floats]:
        """Return the descriptors of a field.

        Parameters
        ----------
        views : sequence of (str, mapping of numpy.ndarray)
            The light of each view and its descriptors (..., D) a kind; lights that are not in the layout are
            left out.

        Returns
        -------
        dict of str to numpy.ndarray
            (..., blocks D) float32 a kind, not a number for a light that is missing, and for the spread of
            one that was photographed once.

        Raises
        ------
        ValueError
            When the field has none of the lights.
        """
        of_light = {light: [each for name, each in views if name == light] for light in self.lights}
        present = [each for own in of_light.values() for each in own]
        if not present:
            raise ValueError(f"A field in {_named(views)} is nothing to a model of {', '.join(self.lights)}.")
        return {kind: self._joined(kind, of_light, present[0][kind]) for kind in present[0]}

    def join_photos(self, views: Sequence[tuple[str, Descriptors]]) -> Descriptors:
        """Return the descriptors of a field and its windows of views with their lights; see `join`."""
        return Descriptors(
            whole=self.join([(light, each.whole) for light, each in views]),
            windows=self.join([(light, each.windows) for light, each in views]),
        )

    def _joined(
        self, kind: str, of_light: Mapping[str, Sequence[Mapping[str, Floats]]], like: Floats
    ) -> Floats:
        unknown = np.full_like(like, np.nan)
        stacks = {light: np.stack([each[kind] for each in own]) for light, own in of_light.items() if own}
        means = [stacks[light].mean(axis=0) if light in stacks else unknown for light in self.lights]
        spreads = [
            stacks[light].std(axis=0) if len(stacks.get(light, ())) > 1 else unknown for light in self.turned
        ]
        return np.concatenate([*means, *spreads], axis=-1)


PHOTOS = FieldLayout(())
"""Of samples that are photos: one block, of no light."""


def alone_in_light(descriptors: Descriptors, layout: FieldLayout, light: str) -> Descriptors | None:
    """Return the descriptors of a field as if one light alone had been photographed.

    Parameters
    ----------
    descriptors : Descriptors
        Of a field.
    layout : FieldLayout
        How they are laid out.
    light : str
        One of its lights.

    Returns
    -------
    Descriptors or None
        None where it has no other light, or not this one.
    """
    own = np.array([name == light for name in layout.of_block])

    def blank(values: Floats) -> Floats:
        """Return descriptors (..., blocks D) without the blocks of other lights."""
        return np.where(np.repeat(own, values.shape[-1] // layout.blocks), values, np.float32(np.nan))

    whole = {kind: blank(values) for kind, values in descriptors.whole.items()}
    present = {kind: ~np.isnan(values) for kind, values in whole.items()}
    others = any((~np.isnan(values) & ~present[kind]).any() for kind, values in descriptors.whole.items())
    if not others or not all(each.any() for each in present.values()):
        return None
    return Descriptors(whole, {kind: blank(values) for kind, values in descriptors.windows.items()})


def _named(views: Sequence[DescribedView]) -> str:
    return ", ".join(dict.fromkeys(light or "an unknown light" for light, _ in views)) or "no light"
