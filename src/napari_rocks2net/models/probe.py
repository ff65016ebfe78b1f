"""Probe: a logistic regression on descriptors of a photo and of its windows, two streams like Rocks2Net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from napari_rocks2net.features import (
    DESCRIPTOR_VERSION,
    MOST_DEVIATIONS,
    TEXTURE_MOMENTS,
    Descriptors,
    activation_moments,
    describe,
    describe_box,
    joined,
    window_boxes,
)
from napari_rocks2net.features.activations import Stages
from napari_rocks2net.models.critical_area import translation_from_boxes
from napari_rocks2net.models.early_stages import STAGE_CHANNELS, EarlyStages
from napari_rocks2net.models.familiarity import distance_by_known, share_nearer
from napari_rocks2net.models.fields import field_layout
from napari_rocks2net.models.network import RockNetwork
from napari_rocks2net.models.output import ModelOutput, fuse, segment_log_softmax

SIZES = {"texture": 86, "activations": 2 * sum(STAGE_CHANNELS)}
# Columns of means and of the deviations about them, see `shares_of_places`.
MOMENTS = {"texture": TEXTURE_MOMENTS, "activations": activation_moments(STAGE_CHANNELS)}


class Probe(RockNetwork):
    """Descriptors, standardised; a linear classifier, calibrated; how far a photo is from those learned from.

    It has no trained layers of its own: `napari_rocks2net.training.probe.fit_probe` fills its buffers. The
    local stream is the same classifier on the window with the strongest evidence for what the whole says.

    Parameters
    ----------
    num_classes : int
        C.
    kinds : {"texture", "activations", "texture+activations"}
        The descriptors, D numbers in all; see `napari_rocks2net.features.describe`.
    local : bool
        Whether there is a local stream: the answer is then the mean of both (equation 9 of Zhu et al. 2024).
    photos : int
        N, of how many photos it keeps the descriptors to tell the unfamiliar.
    lights, turned : str
        What it was fitted on where samples are fields: the lights whose descriptors stand side by side, and
        those whose spread over the stage angles follows, joined by "+"; see `FieldLayout`. Empty for photos.
    descriptor_version : int
        The version of the descriptors that it was fitted on.
    pretrained : bool
        Give the backbone of "activations" its ImageNet weights.

    Attributes
    ----------
    layout : FieldLayout
        Of ``lights`` and ``turned``; without lights for photos.
    mean, scale : Tensor, shape (D,)
        What standardises the descriptors.
    weight, intercept : Tensor, shapes (C, D) and (C,)
        Of the classifier.
    temperature : Tensor, shape ()
        By which its logits are divided (Guo et al. 2017).
    learned : Tensor, shape (N, D)
        Standardised descriptors of photos that it was fitted on.
    distances : Tensor, shape (N,)
        How far each of them is from the nearest of another thin section, in ascending order.
    stages : callable or None
        Runs in the place of its backbone, where there is a faster way.

    Raises
    ------
    ValueError
        For unknown kinds or lights, descriptors of another version, and a number of photos below 1.
    """

    mean: Tensor
    scale: Tensor
    weight: Tensor
    intercept: Tensor
    temperature: Tensor
    learned: Tensor
    distances: Tensor
    windows: Tensor

    def __init__(
        self,
        num_classes: int,
        *,
        kinds: str = "texture",
        local: bool = True,
        photos: int = 1,
        lights: str = "",
        turned: str = "",
        descriptor_version: int = DESCRIPTOR_VERSION,
        pretrained: bool = False,
    ) -> None:
        chosen = _checked_kinds(kinds)
        _check(descriptor_version, photos)
        backbone = EarlyStages(pretrained=pretrained) if "activations" in chosen else nn.Identity()
        super().__init__(num_classes, backbone)
        self.kinds, self.local = chosen, bool(local)
        self.layout = field_layout(lights, turned)
        size = sum(SIZES[kind] for kind in chosen) * self.layout.blocks
        for name, values in _unfitted(num_classes, size, photos).items():
            self.register_buffer(name, values)
        self.register_buffer("windows", torch.from_numpy(window_boxes()).float(), persistent=False)
        self.stages: Stages | None = None
        self.eval()

    def train(self, mode: bool = True) -> Probe:
        """Stay in evaluation mode: the statistics of its backbone are those that it was fitted with."""
        super().train(False)
        return self

    @property
    def arguments(self) -> dict[str, str | int]:
        """What it is built with again, for a model card."""
        return {
            "kinds": "+".join(self.kinds),
            "local": self.local,
            "photos": len(self.learned),
            **self.layout.arguments,
            "descriptor_version": DESCRIPTOR_VERSION,
        }

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify photos; see `RockNetwork.forward`.

        Parameters
        ----------
        images : Tensor, shape (B, 3, Y, X), float32
            0..1, at the photo's own scale.
        critical_area : Tensor, shape (B, 4), optional
            Boxes (y0, x0, y1, x1) in the unit square instead of the windows with the strongest evidence.

        Raises
        ------
        ValueError
            When a critical area is given and there is no local stream, and when it was fitted on fields.
        """
        self._refuse_area(critical_area)
        if self.layout.lights:
            raise ValueError(
                f"This probe looks at fields in {', '.join(self.layout.lights)}: see answer_field."
            )
        boxes = [None] * len(images) if critical_area is None else list(critical_area)
        # The descriptors that it was fitted on had single precision.
        with torch.autocast(images.device.type, enabled=False):
            answers = [self._answer_photo(rgb, box) for rgb, box in zip(_bytes(images), boxes, strict=True)]
        joint: dict[str, Any] = {
            name: _joined([vars(each)[name] for each in answers]) for name in vars(answers[0])
        }
        return ModelOutput(**joint)

    def answer(self, described: Descriptors) -> ModelOutput:
        """Classify one photo or field (B = 1) whose descriptors are at hand."""
        return self._answer(described, None, None)

    def answer_field(
        self, views: Sequence[tuple[str, npt.NDArray[np.uint8]]], critical_area: Tensor | None = None
    ) -> ModelOutput:
        """Classify one field (B = 1); its views show the same place, so they share windows and critical area.

        Parameters
        ----------
        views : sequence of (str, numpy.ndarray)
            The light of each view and its pixels (Y, X, 3) uint8; lights that it was not fitted on are left
            out, and missing ones are taken for those of the average field.
        critical_area : Tensor, shape (4,), optional
            A box (y0, x0, y1, x1) in the unit square.

        Returns
        -------
        ModelOutput
            See `forward`.

        Raises
        ------
        ValueError
            When the field has none of its lights.
        """
        self._refuse_area(critical_area)
        usable = [(light, rgb) for light, rgb in views if light in self.layout.lights] or list(views)
        described = [(light, describe(rgb, self.kinds, stages=self._stages)) for light, rgb in usable]
        field = self.layout.join_photos(described)
        if critical_area is None:
            return self.answer(field)
        y0, x0, y1, x1 = critical_area.tolist()
        boxes = [
            (light, describe_box(rgb, (y0, x0, y1, x1), self.kinds, stages=self._stages))
            for light, rgb in usable
        ]
        local = self.logits(self.standardised(self.layout.join(boxes)))
        return self._answer(field, critical_area, local)

    def _refuse_area(self, critical_area: Tensor | None) -> None:
        if critical_area is not None and not self.local:
            raise ValueError("This probe looks at the whole photo; it takes no critical area.")

    def _answer_photo(self, rgb: npt.NDArray[np.uint8], box: Tensor | None) -> ModelOutput:
        described = describe(rgb, self.kinds, stages=self._stages)
        if box is None:
            return self.answer(described)
        y0, x0, y1, x1 = box.tolist()
        looked_at = describe_box(rgb, (y0, x0, y1, x1), self.kinds, stages=self._stages)
        return self._answer(described, box, self.logits(self.standardised(looked_at)))

    def _answer(self, described: Descriptors, box: Tensor | None, local: Tensor | None) -> ModelOutput:
        features = self.deviations(described.whole)
        whole = self.completed(features)
        logits, windows = self.logits(whole), self.logits(self.standardised(described.windows))
        evidence = _log_odds(windows, int(logits.argmax()))
        # Of the windows of all sides at a place: where the evidence lies, whatever the size.
        shared = {
            "evidence": evidence.mean(dim=0)[None],
            "unfamiliar": self._unfamiliar_of(features)[None],
            "features": features[None],
        }
        if not self.local:
            return ModelOutput(segment_log_softmax(logits[None], self.classes_per_property), **shared)
        if box is None or local is None:
            strongest = int(evidence.argmax())
            box, local = self.windows.reshape(-1, 4)[strongest], windows.flatten(0, 2)[strongest]
        streams = fuse(logits[None], local[None], self.classes_per_property)
        return ModelOutput(*streams, translation_from_boxes(box[None]), box[None], **shared)

    def standardised(self, described: Mapping[str, npt.NDArray[np.float32]]) -> Tensor:
        """Return descriptors (..., D) of all kinds in one row, standardised, on the device of the network.

        What a field lacks is 0 there, as the average of those that it was fitted on.
        """
        return self.completed(self.deviations(described))

    def deviations(self, described: Mapping[str, npt.NDArray[np.float32]]) -> Tensor:
        """Return what `standardised` does; what a field lacks is not a number."""
        row = torch.from_numpy(joined(described, self.kinds)).to(self.mean)
        return ((row - self.mean) / self.scale).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)

    def completed(self, deviations: Tensor) -> Tensor:
        """Return deviations (..., D) with 0 for what a field lacks."""
        return deviations.nan_to_num(0.0) if self.layout.lights else deviations

    def logits(self, standardised: Tensor) -> Tensor:
        """Return the calibrated logits (..., C) of standardised descriptors (..., D)."""
        return (standardised @ self.weight.T + self.intercept) / self.temperature

    def unfamiliar(self, standardised: Tensor) -> Tensor:
        """Return how unlike the photos learned from others (..., D) are, (...) in 0..1.

        The distance to the nearest photo learned from is ranked among those that the photos learned from have
        to other thin sections, see `share_nearer`.
        """
        distance = torch.cdist(standardised.reshape(-1, len(self.mean)), self.learned).amin(dim=1)
        return share_nearer(distance, self.distances).reshape(standardised.shape[:-1])

    def _unfamiliar_of(self, deviations: Tensor) -> Tensor:
        """Return how unfamiliar a photo or field is by the descriptors (D,) that it has."""
        present, whole = ~deviations.isnan(), self.completed(deviations)
        if bool(present.all()):
            return self.unfamiliar(whole)
        distance = distance_by_known(whole, present, self.learned)
        return share_nearer(distance[None], self.distances).reshape(())

    def _stages(self, images: Tensor) -> Sequence[Tensor]:
        maps: Sequence[Tensor] = (self.stages or self.backbone)(images.to(self.mean))
        return maps


def _unfitted(classes: int, size: int, photos: int) -> dict[str, Tensor]:
    """Return what is fitted, before it is."""
    return {
        "mean": torch.zeros(size),
        "scale": torch.ones(size),
        "weight": torch.zeros(classes, size),
        "intercept": torch.zeros(classes),
        "temperature": torch.ones(()),
        "learned": torch.zeros(photos, size),
        "distances": torch.zeros(photos),
    }


def _check(descriptor_version: int, photos: int) -> None:
    if descriptor_version != DESCRIPTOR_VERSION:
        raise ValueError(
            f"it was fitted on descriptors of version {descriptor_version!r:.20} and this program makes "
            f"those of version {DESCRIPTOR_VERSION}; fit it again"
        )
    if isinstance(photos, bool) or not isinstance(photos, int) or photos < 1:
        raise ValueError(f"photos is {photos!r:.20}: pass a whole number of at least 1")


def _checked_kinds(kinds: str) -> tuple[str, ...]:
    names = tuple(kinds.split("+")) if isinstance(kinds, str) else ()
    if not names or set(names) - set(SIZES) or len(set(names)) < len(names):
        raise ValueError(f"kinds is {kinds!r:.60}: pass {' or '.join(SIZES)}, or both joined by '+'")
    return names


def _bytes(images: Tensor) -> list[npt.NDArray[np.uint8]]:
    """Return the photos (Y, X, 3) uint8 of images (B, 3, Y, X) in 0..1."""
    values = (images.float() * 255).round().clamp(0, 255).to(torch.uint8)
    return list(values.permute(0, 2, 3, 1).contiguous().cpu().numpy())


def _log_odds(logits: Tensor, label: int) -> Tensor:
    """Return the log-odds (...) of one class in logits (..., C)."""
    others = torch.cat([logits[..., :label], logits[..., label + 1 :]], dim=-1)
    return logits[..., label] - others.logsumexp(dim=-1)


def _joined(values: Sequence[Tensor | None]) -> Tensor | None:
    present = [value for value in values if value is not None]
    return torch.cat(present) if present else None
