"""Calibration measured: a few windows of a slide by both ways, and how far their answers agree then."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.background import background_kind, require_rock
from napari_rocks2net.slides.dense.agreement import Agreement, agreement, is_doubtful
from napari_rocks2net.slides.dense.blocks import MapBlocks
from napari_rocks2net.slides.dense.calibration import AffineMap, Calibration
from napari_rocks2net.slides.dense.windows import SlidePart
from napari_rocks2net.slides.plan import MapPlan

if TYPE_CHECKING:
    from napari_rocks2net.classify import Predictions, RockClassifier
    from napari_rocks2net.classify.loaded_model import LoadedModel
    from napari_rocks2net.models.dense import Pooled

Cell = tuple[int, int]

WINDOWS, SITES, FOLDS = 48, 12, 4


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Result of a calibration on a few windows of a slide."""

    models: tuple[Calibration, ...]  # One for each model of the classifier.
    agreements: tuple[Agreement, ...]  # One for each property.
    again: float  # The share of cells that are run again for any property.
    windows: int  # How many windows were run by both ways.
    # What a window takes exactly, and a block of the maps of all models; 0 where it was not measured.
    seconds_exact: float = 0.0
    seconds_block: float = 0.0

    @property
    def labels(self) -> float:
        """The share of cells that will have the same class as exactly, of the property where it is least."""
        return min(each.labels for each in self.agreements)

    @property
    def difference(self) -> float:
        """The mean difference of the probabilities, of the property where it is largest."""
        return max(each.difference for each in self.agreements)

    def to_dict(self) -> dict[str, Any]:
        """Return what agrees and how far, without the numbers of the models."""
        return {
            "calibrated_on": self.windows,
            "again": self.again,
            "expected_agreement": [asdict(each) for each in self.agreements],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any], models: Sequence[Mapping[str, Any]]) -> Self:
        """Read what `to_dict` and each model's `Calibration.to_dict` wrote.

        Parameters
        ----------
        record : mapping
            Of `to_dict`.
        models : sequence of mapping
            The numbers of each model.
        """
        return cls(
            tuple(map(Calibration.from_dict, models)),
            tuple(Agreement(**each) for each in record["expected_agreement"]),
            float(record["again"]),
            int(record["calibrated_on"]),
        )


def calibrate(classifier: RockClassifier, plan: MapPlan, blocks: Sequence[MapBlocks]) -> Calibrated:
    """Run a few windows of a slide by both ways.

    Parameters
    ----------
    classifier : RockClassifier
        Whose networks are dense.
    plan : MapPlan
        The windows.
    blocks : sequence of MapBlocks
        The slide's maps by each of its models.

    Returns
    -------
    Calibrated
        What was found.

    Raises
    ------
    ImageError
        When fewer than four windows show rock and can be read.
    """
    readable = _readable(plan, blocks, cells_to_calibrate(plan, blocks[0]))
    cells, pictures = readable.cells, readable.pictures
    if len(cells) < FOLDS:
        raise ImageError(f"Only {len(cells)} of the windows can be read, or show rock.")
    fitted = [_fit(each, cells, pictures) for each in blocks]
    held_out = classifier.joined([each.held_out for each in fitted])
    exact = classifier.joined([each.exact for each in fitted])
    agreements = tuple(
        agreement(each.name, *_probabilities(each.name, held_out, exact)) for each in classifier.properties
    )
    below = {each.property: each.again_below for each in agreements}
    again = np.mean([is_doubtful(each, below) for each in held_out])
    return Calibrated(
        tuple(each.calibration for each in fitted),
        agreements,
        float(again),
        len(cells),
        plan.seconds(classifier) / plan.cells,
        readable.seconds_block,
    )


def cells_to_calibrate(plan: MapPlan, blocks: MapBlocks) -> list[Cell]:
    """Return the cells that both ways are tried on.

    Row and column of about 48 cells all over a slide of few blocks; else in 12 blocks, so that few of these
    are needed, with windows within one block, where there are such.

    Parameters
    ----------
    plan : MapPlan
        The windows.
    blocks : MapBlocks
        The slide's maps.
    """
    cells = np.argwhere(plan.in_region)
    corners = cells * (plan.grid.stride / blocks.pixel)
    first = (corners / blocks.core).astype(int)
    if blocks.count() <= SITES:
        return _listed(cells[_evenly(len(cells), WINDOWS)])
    whole = ((corners + blocks.size - 1e-9) / blocks.core).astype(int)
    inside = (first == whole).all(axis=1)
    if inside.sum() >= FOLDS:
        cells, first = cells[inside], first[inside]
    sites, member = np.unique(first, axis=0, return_inverse=True)
    chosen = _evenly(len(sites), SITES)
    each = -(-WINDOWS // len(chosen))
    picked = [np.flatnonzero(member.ravel() == site) for site in chosen]
    numbers = np.concatenate([of_site[_evenly(len(of_site), each)] for of_site in picked])
    return _listed(cells[numbers])


@dataclass(frozen=True, eq=False)
class _Fitted:
    calibration: Calibration
    held_out: list[Predictions]
    exact: list[Predictions]


def _fit(blocks: MapBlocks, cells: Sequence[Cell], pictures: Sequence[npt.NDArray[np.uint8]]) -> _Fitted:
    exact = [_pooled_exactly(blocks.model, blocks, rgb) for rgb in pictures]
    parts = _Parts(blocks, cells)
    raw = list(parts.pooled(None))
    whole = AffineMap.fit(_stacked(raw, "whole"), _stacked(exact, "whole"))
    logits = None
    if exact[0].logits is not None:
        logits = (_stacked(exact, "logits") - _stacked(raw, "logits")).mean(axis=0).astype(np.float32)
    first = Calibration(whole, None, logits)
    local = None
    if exact[0].local is not None:
        local = AffineMap.fit(_stacked(parts.pooled(first), "local"), _stacked(exact, "local"))
    calibration = Calibration(whole, local, logits)
    by_itself = [_answers(blocks, _arrays(each))[0] for each in exact]
    return _Fitted(calibration, _held_out(parts, first, exact, raw), by_itself)


@dataclass
class _Readable:
    cells: list[Cell] = field(default_factory=list)
    pictures: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    seconds_block: float = 0.0


class _Parts:
    """The parts of the slide that calibrating looks at, one after the other."""

    def __init__(self, blocks: MapBlocks, cells: Sequence[Cell]) -> None:
        self.blocks, self.cells = blocks, cells

    def pooled(self, calibration: Calibration | None) -> Iterator[Pooled]:
        """Yield the means over each window."""
        for row, column in self.cells:
            corner = self.blocks.corners(row, np.array([column]))
            yield SlidePart(self.blocks, corner).pooled(corner, calibration)


def _held_out(
    parts: _Parts, first: Calibration, exact: Sequence[Pooled], raw: Sequence[Pooled]
) -> list[Predictions]:
    """Return what is said about each window by lines that were fitted without it."""
    pooled = list(parts.pooled(first))
    # Neighbours share most of their pixels, and stay together.
    fold = np.arange(len(exact)) * FOLDS // len(exact)
    answers: dict[int, Predictions] = {}
    for number in range(FOLDS):
        learned, tested = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        whole = AffineMap.fit(_stacked(raw, "whole")[learned], _stacked(exact, "whole")[learned])
        changed: dict[str, Any] = {"whole": whole(_stacked(raw, "whole")[tested])}
        if exact[0].local is not None:
            local = AffineMap.fit(_stacked(pooled, "local")[learned], _stacked(exact, "local")[learned])
            changed |= {
                "local": local(_stacked(pooled, "local")[tested]),
                "boxes": _stacked(pooled, "boxes")[tested],
            }
        answers.update(zip(tested.tolist(), _answers(parts.blocks, changed), strict=True))
    return [answers[index] for index in range(len(exact))]


def _answers(blocks: MapBlocks, pooled: dict[str, npt.NDArray[Any]]) -> list[Predictions]:
    import torch

    from napari_rocks2net.models.dense import Pooled

    device = blocks.model.device.device
    tensors = {name: torch.from_numpy(values).float().to(device) for name, values in pooled.items()}
    output = blocks.network.output(Pooled(**tensors))
    return blocks.model.predictions_of(output, blocks.plan.grid.field)


def _arrays(pooled: Pooled) -> dict[str, npt.NDArray[Any]]:
    values = {"whole": pooled.whole, "boxes": pooled.boxes, "local": pooled.local}
    return {name: each.float().cpu().numpy() for name, each in values.items() if each is not None}


def _pooled_exactly(model: LoadedModel, blocks: MapBlocks, rgb: npt.NDArray[np.uint8]) -> Pooled:
    import torch

    image = model.card.preprocessing(rgb)[None].to(model.device.device, memory_format=torch.channels_last)
    return blocks.network.pooled(image)


def _stacked(pooled: Sequence[Pooled] | Iterator[Pooled], name: str) -> npt.NDArray[Any]:
    return np.concatenate([getattr(each, name).float().cpu().numpy() for each in pooled])


def _readable(plan: MapPlan, blocks: Sequence[MapBlocks], cells: Sequence[Cell]) -> _Readable:
    """Return the cells that can be read in both ways and show rock."""
    readable = _Readable()
    for row, column in cells:
        try:
            rgb = plan.read(row, column)
            require_rock(background_kind(rgb), plan.settings)
            seconds = [_seconds_to_compute(each, row, column) for each in blocks]
        except ImageError:
            continue
        readable.cells.append((row, column))
        readable.pictures.append(rgb)
        if all(seconds):
            readable.seconds_block = sum(seconds)
    return readable


def _seconds_to_compute(blocks: MapBlocks, row: int, column: int) -> float:
    """Compute the blocks that a window lies in, and return how long one takes, 0 for those at hand."""
    keys = blocks.blocks_of(blocks.corners(row, np.array([column])))
    missing = [key for key in keys if not blocks.has(*key)]
    start = time.perf_counter()
    for key in missing:
        blocks.compute(*key)
    return (time.perf_counter() - start) / max(1, len(missing)) if missing else 0.0


def _probabilities(
    name: str, dense: Sequence[Predictions], exact: Sequence[Predictions]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    both = ([list(each[name].probabilities.values()) for each in way] for way in (dense, exact))
    first, second = (np.array(rows) for rows in both)
    return first, second


def _listed(cells: npt.NDArray[np.intp]) -> list[Cell]:
    return [(int(row), int(column)) for row, column in cells]


def _evenly(count: int, most: int) -> npt.NDArray[np.intp]:
    """Return up to so many of the numbers below a count, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))
