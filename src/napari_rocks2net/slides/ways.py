"""Ways of a map: every window by itself, or by maps of the whole slide; chosen by measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.dense.blocks import MapBlocks
from napari_rocks2net.slides.dense.calibrating import WINDOWS, Calibrated, calibrate
from napari_rocks2net.slides.dense.rows import DenseRows
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.slides.rows import RowSource, iterate_rows
from napari_rocks2net.wording import percent

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.classify.loaded_model import LoadedModel

# Below it calibrating would be more than a tenth of the work.
FEWEST_CELLS = 10 * WINDOWS
LEAST_GAIN = 1.5
LEAST_AGREEMENT, LARGEST_DIFFERENCE = 0.95, 0.02


@dataclass(frozen=True, eq=False)
class ChosenWay:
    """Way in which a map is made."""

    name: Literal["exact", "dense"]
    """See `MapSettings`."""
    reason: str
    """Why, as a part of a sentence."""
    calibrated: Calibrated | None = None
    """Of the dense way."""
    blocks: tuple[MapBlocks, ...] = ()
    """Of the dense way: the slide's maps by each model."""
    seconds: float | None = None
    """What the map will take, about, where it was measured; see `MapPlan.seconds`."""
    cluster: RowSource | None = None
    """Fills rows in on other computers, window by window."""

    @property
    def sentence(self) -> str:
        """One line about how the map is made."""
        if self.calibrated is None:
            return f"Each window by itself: {self.reason}."
        agreement = self.calibrated
        again, same = percent(agreement.again), percent(agreement.labels)
        return (
            f"By maps of the whole slide, {self.reason}. Calibrated on {agreement.windows} windows; {again} "
            f"of the cells again by themselves. Expected: {same} of the classes as of windows by themselves, "
            f"probabilities {agreement.difference:.3f} from theirs."
        )

    def rows(self, classifier: RockClassifier) -> RowSource:
        """Return what fills the rows of the map in."""
        if self.calibrated is not None:
            return DenseRows(classifier, self.blocks, self.calibrated)
        return self.cluster or partial(iterate_rows, classifier)

    def to_dict(self) -> dict[str, Any]:
        """Return what a person may want to know later, the same each time that it is measured."""
        blocks = {"blocks": [each.core for each in self.blocks]} if self.blocks else {}
        return {"name": self.name, **blocks, **({} if self.calibrated is None else self.calibrated.to_dict())}

    @classmethod
    def resumed(
        cls,
        record: Mapping[str, Any],
        calibrated: Calibrated | None,
        classifier: RockClassifier,
        plan: MapPlan,
    ) -> Self:
        """Return the way of a map that is gone on with.

        Parameters
        ----------
        record : mapping
            What `to_dict` returned.
        calibrated : Calibrated or None
            As it was then.
        classifier : RockClassifier
            The same as then.
        plan : MapPlan
            The same as then.

        Raises
        ------
        ValueError
            When it is of another number of models, or its blocks had another size: answers near the edge of a
            block depend on it.
        """
        if calibrated is not None and len(calibrated.models) != len(classifier.models):
            raise ValueError(f"it is calibrated for {len(calibrated.models)} models")
        blocks = () if calibrated is None else _blocks(classifier, plan)
        # Before the size was written down, it was the larger one on slides of any width.
        begun, now = record.get("blocks", [each.largest for each in blocks]), [each.core for each in blocks]
        if blocks and begun != now:
            raise ValueError(f"its blocks were {begun} pixels wide and would be {now}")
        return cls(record["name"], "as it was begun", calibrated, blocks)


def choose_way(classifier: RockClassifier, plan: MapPlan, cluster: RowSource | None = None) -> ChosenWay:
    """Choose how a map is made, as its settings say or by trying a few windows in both ways.

    Parameters
    ----------
    classifier : RockClassifier
        What classifies the windows.
    plan : MapPlan
        The windows.
    cluster : callable, optional
        Fills rows in on other computers, window by window.

    Returns
    -------
    ChosenWay
        With "auto", the dense way where it is faster by half and agrees with the exact one: in 95 % of the
        labels, with a mean difference of the probabilities of at most 0.02.

    Raises
    ------
    SlideError
        When the dense way is asked for and the model has none.
    """
    asked_way = plan.settings.way
    obstacle = _obstacle(classifier) if cluster is None else "a cluster shares windows out, not maps"
    if asked_way == "exact" or (asked_way == "auto" and (obstacle or plan.cells < FEWEST_CELLS)):
        reason = obstacle or f"{plan.cells:,} windows are few"
        return ChosenWay("exact", "as asked" if asked_way == "exact" else reason)
    if obstacle:
        raise SlideError(f"The slide cannot be mapped by the dense way: {obstacle}. Choose the way 'exact'.")
    blocks = _blocks(classifier, plan)
    if asked_way == "auto" and _gain_by_pixels(plan, blocks) < LEAST_GAIN:
        reason = "at this stride maps of the whole slide would not be faster"
        return ChosenWay("exact", reason)
    try:
        calibrated = calibrate(classifier, plan, blocks)
    except ImageError as error:
        if asked_way == "dense":
            raise SlideError(
                f"The dense way cannot be calibrated. {error} Choose the way 'exact'."
            ) from error
        return ChosenWay("exact", "too few of the windows show rock that can be read")
    return _by_measurement(plan, blocks, calibrated)


def _by_measurement(plan: MapPlan, blocks: tuple[MapBlocks, ...], calibrated: Calibrated) -> ChosenWay:
    exact = calibrated.seconds_exact * plan.cells
    maps = calibrated.seconds_block * sum(each.count() for each in blocks) / len(blocks)
    dense = maps + calibrated.again * exact
    if plan.settings.way == "dense":
        return ChosenWay("dense", "as asked", calibrated, blocks, dense)
    if exact < LEAST_GAIN * dense:
        share = percent(calibrated.again)
        reason = f"{share} of the windows would be run by themselves anyway, as their classes are close"
        return ChosenWay("exact", reason, seconds=exact)
    if calibrated.labels < LEAST_AGREEMENT or calibrated.difference > LARGEST_DIFFERENCE:
        reason = (
            f"probabilities by maps of the whole slide would differ by {calibrated.difference:.3f} on average"
        )
        return ChosenWay("exact", reason, seconds=exact)
    return ChosenWay("dense", f"about {exact / dense:.0f} times as fast", calibrated, blocks, dense)


def _blocks(classifier: RockClassifier, plan: MapPlan) -> tuple[MapBlocks, ...]:
    return tuple(MapBlocks(model, plan) for model in classifier.models)


def _gain_by_pixels(plan: MapPlan, blocks: tuple[MapBlocks, ...]) -> float:
    exact = sum(plan.cells * each.size**2 * (1 if each.network.scale == 1 else 2) for each in blocks)
    return exact / sum(each.count() * each.pixels_of_block for each in blocks)


def _obstacle(classifier: RockClassifier) -> str | None:
    """Return why a classifier has no dense way."""
    reasons = map(_model_obstacle, classifier.models)
    return next((reason for reason in reasons if reason is not None), None)


def _model_obstacle(model: LoadedModel) -> str | None:
    from napari_rocks2net.models.dense import dense_obstacle

    if model.tta:
        return "the model answers by turns and mirrors of each window"
    if model.card.lights:
        return "the model judges fields in several lights"
    if model.card.preprocessing.resize == "native":
        return "the model looks at each window at its own scale"
    if model.card.preprocessing.normalisation == "samplewise_center":
        return "the model brings each window to its own brightness"
    reason = dense_obstacle(model.network)
    return reason and f"{reason} ({model.card.architecture})"
