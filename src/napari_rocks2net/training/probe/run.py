"""Run of a probe: from samples to a filled run folder, without epochs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from napari_rocks2net.classify.side_by_side import map_side_by_side, photos_at_once
from napari_rocks2net.evaluation.figure_keys import ACCURACY, CALIBRATION, PROBE, RELIABILITY, STOPPED
from napari_rocks2net.evaluation.plots import save_reliability_diagram
from napari_rocks2net.features import WORKING_SCALE, Descriptors
from napari_rocks2net.imaging import ImageError, attempt, read_image
from napari_rocks2net.model_file import ModelCard, save_model
from napari_rocks2net.models.probe import Probe
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleError, SampleTable, crop_region, sample_hashes
from napari_rocks2net.samples.columns import CORRECT, FILE, GROUP, REGION, SPLIT, UNFAMILIAR
from napari_rocks2net.samples.parts import TEST, TRAIN, VALIDATION
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import (
    EvaluationStarted,
    ImagesRead,
    OnEvent,
    TrainingFinished,
    TrainingStarted,
    TrainingStopped,
)
from napari_rocks2net.training.network.card import card_of_run
from napari_rocks2net.training.network.dataset import unusable
from napari_rocks2net.training.network.fields import samples_in_words
from napari_rocks2net.training.network.scale import learned_pixel_sizes
from napari_rocks2net.training.network.scoring import figures_of_parts, prediction_rows
from napari_rocks2net.training.probe.describing import OtherMagnifications, PhotoDescriber
from napari_rocks2net.training.probe.field_samples import DescribedSamples, as_fields
from napari_rocks2net.training.probe.fitting import FittedProbe, fit_probe
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos, first_rows, thumbnail
from napari_rocks2net.training.runs.lock import locked
from napari_rocks2net.training.runs.opening import check_run, open_run
from napari_rocks2net.training.runs.provenance import record_pictures, write_record
from napari_rocks2net.training.runs.run_folder import RunFolder, write_json
from napari_rocks2net.training.start import resolved_start, start_sentence

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]
# What a photo looks like, also at other magnifications; its hashes, and its thumbnail.
Description = tuple[list[Descriptors], frozenset[str], npt.NDArray[np.uint8]]


def fit_probe_run(config: TrainingConfig, samples: SampleTable, on_event: OnEvent) -> None:
    """Fit a probe to the training and the validation part, test it and fill the run folder.

    No epoch is chosen, so the validation part is learned from, too; its figures are of answers by probes that
    did not see the thin section. A run that was killed begins anew, with descriptors from the cache.

    Parameters
    ----------
    config, samples, on_event
        See `napari_rocks2net.training.train`; the samples are split.

    Raises
    ------
    SampleError
        When images cannot be read, or the samples are too few; see `fit_probe`.
    RunFolderError
        When the run folder belongs to another run.
    TrainingStopped
        When it was stopped: there is no model before the end.
    """
    folder = RunFolder(config.folder)
    check_run(folder, config, samples)
    with locked(folder):
        open_run(folder, config, samples)
        write_record(folder, replace(config, start_from=resolved_start(config)), samples, "cpu")
        try:
            _fill(folder, config, samples, on_event)
        except TrainingStopped:
            raise TrainingStopped("The training was stopped before there was a model.") from None


def _fill(folder: RunFolder, config: TrainingConfig, samples: SampleTable, on_event: OnEvent) -> None:
    _require_scale(config, samples)
    describe = partial(_describe, PhotoDescriber(), config.other_magnifications)
    views, described = samples, as_fields(_describe_samples(samples, describe, on_event))
    samples = described.samples
    sizes = samples.part_sizes
    start = start_sentence(config.start_from, config)
    on_event(TrainingStarted(folder.path, "cpu", 1, 1, **sizes, start=start))
    learned = described.split != TEST
    rows, descriptors = described.where(learned)
    labels, groups = rows[samples.only.name].tolist(), rows[GROUP].tolist()
    copies = described.copies_where(learned)
    fitted = fit_probe(
        descriptors, labels, groups, samples.only.classes, layout=described.layout, copies=copies
    )
    on_event(EvaluationStarted(sizes[VALIDATION], sizes[TEST]))
    tables = _tables(described, fitted)
    folder.write_predictions(pd.concat(tables.values(), ignore_index=True))
    metrics = figures_of_parts(tables, samples.properties) | {PROBE: fitted.report, STOPPED: False}
    if calibration := fitted.report[CALIBRATION]:
        save_reliability_diagram({"held-out photos": calibration[RELIABILITY]}, folder.reliability)
    trained_on = record_pictures(folder, described.pictures(learned))
    _write_learned_photos(folder, described, learned, fitted.probe, first_rows(views, described.layout))
    card = _card(config, samples, fitted.probe, metrics, trained_on=trained_on)
    save_model(folder.model, fitted.probe, card)
    write_json(folder.metrics, metrics)
    on_event(TrainingFinished(folder.path, folder.model, metrics[ACCURACY], stopped=False))


def _require_scale(config: TrainingConfig, samples: SampleTable) -> None:
    """Refuse to learn other magnifications than one that nobody knows: no photo could be brought to it."""
    if config.other_magnifications and not learned_pixel_sizes(samples, WORKING_SCALE):
        raise SampleError(
            "Other magnifications are learned where photos say how large their pixels are, and less than "
            "90 % of these do: set it (in Annotate by Scale..., in a table in the column pixel_size_um), or "
            "learn this magnification only."
        )


def _write_learned_photos(
    folder: RunFolder,
    described: DescribedSamples,
    learned: npt.NDArray[np.bool_],
    probe: Probe,
    rows: npt.NDArray[np.int64],
) -> None:
    """Keep the photos that the probe was fitted on."""
    features = torch.stack([probe.deviations(each.whole) for each in described.where(learned)[1]])
    thumbnails = list(compress(described.thumbnails, learned))
    LearnedPhotos.of(rows[learned], features.numpy(), thumbnails.__getitem__).write(folder)


def _describe(describer: PhotoDescriber, magnified: bool, place: tuple[str, Any]) -> Description:
    """Describe a photo or region."""
    file, region = place
    photo = read_image(file)
    try:
        part = crop_region(photo, region)
        looks = [describer(each) for each in (part, *(OtherMagnifications.of(part) if magnified else ()))]
        return looks, sample_hashes(photo, region), thumbnail(part)
    except ImageError as error:
        raise ImageError(f"{file}: {error}") from None


def _describe_samples(
    samples: SampleTable, describe: Callable[[tuple[str, Any]], Description], on_event: OnEvent
) -> DescribedSamples:
    """Read and describe every sample, with an `ImagesRead` after each; what that raises ends the reading.

    Raises
    ------
    SampleError
        When images cannot be read: how many, and why the first cannot.
    """
    places = list(zip(samples.frame[FILE], samples.frame[REGION], strict=True))
    results = []
    for result in map_side_by_side(partial(attempt, describe), places, photos_at_once(WORKING_SCALE.size**2)):
        results.append(result)
        on_event(ImagesRead(len(results), len(places)))
    failures = [each for each in results if isinstance(each, ImageError)]
    if failures:
        raise SampleError(unusable(failures, len(places)))
    described = [each for each in results if not isinstance(each, ImageError)]
    looks, hashes, thumbnails = map(list, zip(*described, strict=True))
    descriptors, *copies = map(list, zip(*looks, strict=True))
    return DescribedSamples(samples, descriptors, hashes, thumbnails, copies=copies)


def _probe_answers(probe: Probe, descriptors: list[Descriptors]) -> tuple[Floats, Floats]:
    """Return the probabilities (N, C) float64 of described photos, and `unfamiliar` (N,)."""
    with torch.inference_mode():
        answers = [probe.answer(each) for each in descriptors]
    probabilities = torch.cat([each.log_probabilities for each in answers]).double().exp()
    unfamiliar = torch.cat([each.unfamiliar for each in answers if each.unfamiliar is not None])
    return probabilities.numpy(), unfamiliar.double().numpy()


def _unlike_other_sections(
    probe: Probe, descriptors: list[Descriptors], sections: Texts, tested: npt.NDArray[np.bool_]
) -> Floats:
    """Return how unlike those of all other thin sections photos are that a probe was fitted on.

    (M,) float64 in 0..1 of the M that are tested, (N,) bool; see `Probe.unfamiliar`.
    """
    whole = {kind: np.stack([each.whole[kind] for each in descriptors]) for kind in probe.kinds}
    values = probe.standardised(whole)
    distances = torch.cdist(values[np.flatnonzero(tested)], values)
    distances[torch.from_numpy(sections[tested, None] == sections)] = torch.inf
    ranks = torch.searchsorted(probe.distances, distances.amin(dim=1))
    return ranks.double().numpy() / (len(probe.distances) + 1)


def _tables(described: DescribedSamples, fitted: FittedProbe) -> dict[str, pd.DataFrame]:
    """Return the predictions of the validation part, by probes that did not see it, and of the test part."""
    [rock_property] = described.samples.properties
    rows, descriptors = described.where(described.split != TEST)
    tested = (rows[SPLIT] == VALIDATION).to_numpy()
    held_out = fitted.probabilities
    answers = _by_the_training_part(described) if held_out is None else held_out[tested]
    unfamiliar = _unlike_other_sections(fitted.probe, descriptors, rows[GROUP].to_numpy(str), tested)
    tables = {VALIDATION: _prediction_rows(rows[tested], answers, unfamiliar, rock_property)}
    rows, descriptors = described.where(described.split == TEST)
    if descriptors:
        tables[TEST] = _prediction_rows(rows, *_probe_answers(fitted.probe, descriptors), rock_property)
    return tables


def _prediction_rows(
    rows: pd.DataFrame, probabilities: Floats, unfamiliar: Floats, rock_property: RockProperty
) -> pd.DataFrame:
    """Return what `prediction_rows` does, with a column ``unfamiliar``."""
    table = prediction_rows(rows, probabilities, (rock_property,))
    table.insert(list(table.columns).index(CORRECT), UNFAMILIAR, unfamiliar)
    return table


def _by_the_training_part(described: DescribedSamples) -> Floats:
    """Return the answers of a probe of the training part alone for the validation part."""
    [rock_property] = described.samples.properties
    part = described.split == TRAIN
    rows, descriptors = described.where(part)
    labels, groups, copies = (
        rows[rock_property.name].tolist(),
        rows[GROUP].tolist(),
        described.copies_where(part),
    )
    probe = fit_probe(
        descriptors, labels, groups, rock_property.classes, layout=described.layout, copies=copies
    ).probe
    return _probe_answers(probe, described.where(described.split == VALIDATION)[1])[0]


def _card(
    config: TrainingConfig, samples: SampleTable, probe: Probe, metrics: dict[str, Any], **facts: Any
) -> ModelCard:
    learned = samples_in_words(len(samples.frame), samples.frame[GROUP].nunique(), probe.layout)
    if config.other_magnifications:
        learned += ", also at half and double their magnification"
    facts |= {"preprocessing": WORKING_SCALE, "arguments": probe.arguments}
    return card_of_run(config, samples, learned, metrics, (PROBE,), **facts)
