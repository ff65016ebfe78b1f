"""Time that a training will take here, from a timed step that is remembered."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs
import torch

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.classify import choose_device
from napari_rocks2net.features import DESCRIPTOR_VERSION
from napari_rocks2net.models.catalog import model_for, model_spec
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.parts import TRAIN, VALIDATION
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.duration.timed_step import seconds_of_describing, seconds_of_step
from napari_rocks2net.training.presets import RANDOM
from napari_rocks2net.untrusted import parse_json
from napari_rocks2net.wording import duration

# A training step is a forward and a backward pass; without the backward pass it takes about a third.
FORWARD_SHARE = 1 / 3
READING_SECONDS = 0.03
# Of one core (AMD EPYC): loading the libraries takes 7 s, fitting and testing a probe of 100 photos that are
# described 1.3 s (benchmarks/few_photos.py).
FITTED_SECONDS = 8.0
FITTING_SECONDS = 0.015
# Of making and describing a photo at other magnifications, for each second of the photo itself.
COPIES_SECONDS = 1.5
# Beyond which a person wants to know what would be quicker.
LONG_SECONDS = 600
MOST_REMEMBERED = 200
# What else the computer does today, it may not do tomorrow.
REMEMBERED_SECONDS = 24 * 3600


def estimate_duration(config: TrainingConfig, samples: SampleTable) -> float | None:
    """Return the seconds that a training takes here at most; None where no step can be timed.

    Forward and backward pass of two images are timed for each network, image size and device, and remembered
    for a day in the cache folder of this computer, or until `remember_epochs` knows better; for a network
    that is fitted in one go, the description of some photos.

    Parameters
    ----------
    config : TrainingConfig
        What to do.
    samples : SampleTable
        What to learn from.
    """
    if model_spec(config.model).fitted:
        each = _describing_seconds() + FITTING_SECONDS
        copies = COPIES_SECONDS if config.other_magnifications else 0
        return FITTED_SECONDS + each * len(samples) * (1 + copies)
    # Not of a real split, which a cross-validation may not be able to make.
    validation, test = config.validation * len(samples), config.test * len(samples)
    train = len(samples) - validation - test
    try:
        step = _step_seconds(config, [len(each.classes) for each in samples.properties])
    # As when memory runs out, or the network names one property: the training says so in its own words.
    except (RuntimeError, ValueError):
        return None
    assert config.epochs is not None
    passes = config.epochs * (train + FORWARD_SHARE * validation) + FORWARD_SHARE * (validation + test)
    if config.fine_tuning == "gentle" and config.start_from != RANDOM:
        passes += FORWARD_SHARE * (train + validation)
    return step * passes + READING_SECONDS * (train + validation + test)


def duration_sentence(config: TrainingConfig, samples: SampleTable, trainings: int = 1) -> str:
    """Say how long a training takes here at most, and what shortens it where that is long.

    Parameters
    ----------
    config, samples
        See `estimate_duration`.
    trainings : int
        How many: a cross-validation has one a fold.

    Returns
    -------
    str
        "" where no step can be timed.
    """
    seconds = estimate_duration(config, samples)
    if seconds is None:
        return ""
    ways = _shorter(config, samples, trainings) if trainings * seconds > LONG_SECONDS else []
    shorter = f" Shorter: {'; '.join(ways)}." if ways else ""
    return f"At most about {duration(trainings * seconds)} here.{shorter}"


def remember_epochs(config: TrainingConfig, samples: SampleTable, seconds: Sequence[float]) -> None:
    """Take the time of a training step from epochs that were trained here, for the next estimate.

    Parameters
    ----------
    config, samples
        See `estimate_duration`; the samples are split.
    seconds : sequence of float
        Of each epoch, its validation included.
    """
    if seconds:
        images = len(samples.part(TRAIN)) + FORWARD_SHARE * len(samples.part(VALIDATION))
        _remember(_key(_step_of(config)), statistics.median(seconds) / images)


def _shorter(config: TrainingConfig, samples: SampleTable, trainings: int) -> list[str]:
    """Return what would take less time, in words."""
    spec = model_spec(config.model)
    ways = ["no folds"] if trainings > 1 else []
    if not spec.fitted:
        ways += [f"a smaller size than {config.size} px", f"fewer epochs than {config.epochs}"]
        if spec.images == "sections" and len(samples.properties) == 1:
            ways.append(f"the network {model_for(0)}, ready in seconds")
    return ways


def _step_seconds(config: TrainingConfig, classes_per_property: list[int]) -> float:
    """Return the seconds of a training step for one image."""
    return _recalled(_step_of(config), lambda: seconds_of_step(config, classes_per_property, _device(config)))


def _step_of(config: TrainingConfig) -> tuple[object, ...]:
    return config.model, config.backbone, config.localization, config.size, _device(config).type


def _describing_seconds() -> float:
    """Return the seconds in which a photo is described."""
    return _recalled(("describing", DESCRIPTOR_VERSION), seconds_of_describing)


def _recalled(subject: tuple[object, ...], measure: Callable[[], float]) -> float:
    """Return the seconds that something took here when it was last measured."""
    key, remembered = _key(subject), _remembered()
    if key in remembered:
        return remembered[key][0]
    seconds = measure()
    _remember(key, seconds)
    return seconds


def _key(subject: tuple[object, ...]) -> str:
    return " ".join(map(str, (*subject, torch.__version__, torch.get_num_threads())))


def _remember(key: str, seconds: float) -> None:
    remembered = dict(list(_remembered().items())[-MOST_REMEMBERED:]) | {key: (seconds, time.time())}
    # A time that cannot be remembered is taken again.
    with suppress(OSError):
        atomic_write(remembered_file(), json.dumps(remembered))


def _device(config: TrainingConfig) -> torch.device:
    return choose_device(config.accelerator if config.accelerator != "gpu" else "auto").device


def remembered_file() -> Path:
    """Return where the times of steps are kept."""
    return Path(platformdirs.user_cache_dir("napari-rocks2net")) / "step_seconds.json"


def _remembered() -> dict[str, tuple[float, float]]:
    """Return the times by what was timed today, and when; none where the file is missing or damaged."""
    try:
        values: Any = parse_json(remembered_file().read_text(encoding="utf-8"))
        timed = {str(key): (float(seconds), float(when)) for key, (seconds, when) in values.items()}
        now = time.time()
        return {
            key: (seconds, when)
            for key, (seconds, when) in timed.items()
            if 0 < seconds < 3600 and 0 <= now - when < REMEMBERED_SECONDS
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
