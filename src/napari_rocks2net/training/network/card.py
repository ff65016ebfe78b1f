"""Model card of a run: what the training knows of the model that it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from napari_rocks2net.evaluation.figure_keys import REPORTED_ON
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, library_versions
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.network.scale import learned_pixel_sizes
from napari_rocks2net.training.start import start_sentence


def card_of_run(
    config: TrainingConfig,
    samples: SampleTable,
    learned: str,
    metrics: Mapping[str, Any],
    figures: Sequence[str],
    preprocessing: Preprocessing,
    **facts: Any,
) -> ModelCard:
    """Return the card of the model that a run made.

    Parameters
    ----------
    config : TrainingConfig
        What was to be done; "auto" is resolved.
    samples : SampleTable
        What it was made of.
    learned : str
        The same in words, see `samples_in_words`.
    metrics : mapping
        As metrics.json holds them.
    figures : sequence of str
        Which of the metrics stand in the card, beside those of the part that it reports on.
    preprocessing : Preprocessing
        Of the model.
    **facts
        Other fields of the card.
    """
    reported = metrics[REPORTED_ON]
    return ModelCard(
        properties=samples.properties,
        architecture=config.model,
        preprocessing=preprocessing,
        metrics={REPORTED_ON: reported, **metrics[reported], **{name: metrics[name] for name in figures}},
        data=config.data or f"{learned}, from {start_sentence(config.start_from, config)}",
        versions=library_versions(),
        crop=dict(config.crop or {}),
        pixel_size_um=learned_pixel_sizes(samples, preprocessing),
        **facts,
    )
