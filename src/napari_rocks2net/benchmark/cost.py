"""Cost of a trained network: its parameters, and how many images a second it classifies."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.evaluation.figure_keys import IMAGES_PER_SECOND, PARAMETERS
from napari_rocks2net.imaging import read_image
from napari_rocks2net.model_file import load_model
from napari_rocks2net.samples import crop_region, field_rows, row_views
from napari_rocks2net.samples.columns import FILE, REGION
from napari_rocks2net.samples.parts import TEST
from napari_rocks2net.training import TrainingConfig, TrainingRun
from napari_rocks2net.training.runs.run_folder import write_json
from napari_rocks2net.untrusted import parse_json
from napari_rocks2net.views import Field

COST_FILE = "cost.json"
IMAGES = 16
SECONDS = 2.0
DEVICES = frozenset({"cpu", "cuda", "mps"})


def cost_of(run: TrainingRun) -> dict[str, float]:
    """Return what the network of a run costs: measured once, then read from cost.json of its folder.

    ``parameters``, and ``images_per_second`` of `RockClassifier.predict_many`: up to 16 test images, or
    fields where the network looks at fields, that lie in memory at full size, resized and classified for two
    seconds after a first round.
    """
    path = run.folder / COST_FILE
    if not path.is_file():
        network, _ = load_model(run.model_path)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        write_json(path, {PARAMETERS: parameters, IMAGES_PER_SECOND: _images_per_second(run)})
    return dict(parse_json(path.read_text(encoding="utf-8")))


def _images_per_second(run: TrainingRun) -> float:
    accelerator = TrainingConfig.from_dict(run.config).accelerator
    classifier = RockClassifier.load(run.model_path, device=accelerator if accelerator in DEVICES else "auto")
    tested = run.samples.part(TEST)
    images = _read_fields(tested) if classifier.lights else _read(tested[:IMAGES])
    list(classifier.predict_many(images))
    rounds, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        rounds += len(list(classifier.predict_many(images)))
    return rounds / (time.perf_counter() - began)


def _read(rows: pd.DataFrame) -> list[npt.NDArray[np.uint8]]:
    areas = zip(rows[FILE], rows[REGION], strict=True)
    return [crop_region(read_image(file), region) for file, region in areas]


def _read_fields(rows: pd.DataFrame) -> list[Field]:
    fields = (rows.iloc[views] for views in field_rows(rows)[:IMAGES])
    return [
        Field(tuple(replace(view, file=rgb) for view, rgb in zip(row_views(own), _read(own), strict=True)))
        for own in fields
    ]
