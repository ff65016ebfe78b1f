"""Few photos: hand-made features, the probe in all its ways, and networks.

    python benchmarks/few_photos.py DATA --out build/few_photos

Every photo is answered by a model that has not seen its thin section (5 folds, a shuffle a seed), with all
training photos and with 5, 10 and 20 of each class. The rival is that of `hand_made.py`. Also measured: the
calibration error of the probe, how well it tells what is no mudstone, and its seconds for 100 photos. DATA
has the folders mudstone, carbonate_grey, grain_pairs, sem_particles, sem_unlabelled and unlabelled.

What is measured is kept in OUT/answers.json, each fold of it in OUT/folds.json, and a later run goes on from
there; OUT/tables.md has the tables of all of it, OUT/few_photos.png how accuracy grows with the photos. Each
fold of a network takes minutes: ask for networks by `--models`.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from few_photos_tables import draw, tables
from hand_made import rival
from real_sets import SETS, Photos, unlike_mudstones
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.features import KINDS, DescriptorCache, Descriptors
from napari_rocks2net.imaging import read_image
from napari_rocks2net.models.probe import Probe
from napari_rocks2net.samples import table_from_rows
from napari_rocks2net.training import TrainingConfig, load_run, train
from napari_rocks2net.training.probe import choosing, fit_probe
from napari_rocks2net.training.probe.describing import PhotoDescriber

Indices = npt.NDArray[np.intp]
# Of each way to answer the probabilities (N, C) of the tested photos, the classes in their order.
Answers = dict[str, npt.NDArray[np.float64]]
Model = Callable[[Photos, Indices, Indices], Answers]
FOLDS = 5
TIMED = 100


@cache
def described(file: Path) -> Descriptors:
    """Return the descriptors of a photo."""
    return describer()(read_image(file))


@cache
def describer() -> PhotoDescriber:
    """Return what describes photos, from the cache where they are in it."""
    return PhotoDescriber()


def fitted(photos: Photos, trained: Indices, kinds: tuple[str, ...] = KINDS) -> Probe:
    """Return a probe of some photos, with its local stream."""
    descriptors = [described(photos.files[index]) for index in trained]
    return fit_probe(
        descriptors, photos.labels[trained].tolist(), photos.groups[trained].tolist(), kinds=kinds
    ).probe


def probe(name: str, kinds: tuple[str, ...], photos: Photos, trained: Indices, tested: Indices) -> Answers:
    """Answer by a probe with its two streams, and by the first of them, which is the whole photo."""
    model = fitted(photos, trained, kinds)
    with torch.inference_mode():
        outputs = [model.answer(described(photos.files[index])) for index in tested]
    both = torch.cat([each.log_probabilities for each in outputs]).double().exp().numpy()
    global_streams = [each.global_log_probabilities for each in outputs]
    whole = torch.cat([each for each in global_streams if each is not None]).double().exp().numpy()
    return {name: both, f"{name}, whole photo": whole}


def unchosen(photos: Photos, trained: Indices, tested: Indices) -> Answers:
    """Answer by a probe of all descriptors, however much better fewer seem to be."""
    with mock.patch.object(choosing, "CLEARLY", math.inf):
        return probe("texture + activations", KINDS, photos, trained, tested)


def hand_made(photos: Photos, trained: Indices, tested: Indices) -> Answers:
    """Answer by the rival."""
    known, new = ([photos.files[index] for index in chosen] for chosen in (trained, tested))
    return {"hand-made": rival(known, photos.labels[trained], new)}


def network(name: str, config: TrainingConfig, photos: Photos, trained: Indices, tested: Indices) -> Answers:
    """Answer by a network of the default recipe; a sixth of the sections, or a fifth, chooses the epoch."""
    parts = np.full(len(photos.labels), "", object)
    parts[trained], parts[tested] = "train", "test"
    labels, groups = photos.labels[trained], photos.groups[trained]
    fewest = int(np.unique(labels, return_counts=True)[1].min())
    splits = StratifiedGroupKFold(min(6, fewest), shuffle=True, random_state=0)
    parts[trained[next(splits.split(labels, labels, groups))[1]]] = "validation"
    files = [str(file.resolve()) for file in photos.files]
    frame = pd.DataFrame({"file": files, "group": photos.groups, "label": photos.labels, "split": parts})
    samples = table_from_rows(frame[frame["split"] != ""].drop(columns="split"), "label")
    part_of = dict(zip(files, parts, strict=True))
    samples = replace(samples, frame=samples.frame.assign(split=samples.frame["file"].map(part_of)))
    with tempfile.TemporaryDirectory() as folder:
        run = train(replace(config, output=Path(folder) / "run"), samples)
        rows = load_run(run.folder).predictions.query("split == 'test'").set_index("file")
    columns = [f"p_{label}" for label in np.unique(photos.labels)]
    return {name: rows.loc[[files[index] for index in tested], columns].to_numpy(np.float64)}


NETWORKS = {
    "rocks2net from random weights": TrainingConfig(start_from="random", size=192),
    "rocks2net from the built-in model": TrainingConfig(start_from="five_properties", size=128),
    "rocks2net from ImageNet": TrainingConfig(size=256),
    "efficientnet_lite0 from ImageNet": TrainingConfig(model="efficientnet_lite0", size=256),
}
QUICK: dict[str, Model] = {
    "probe": partial(probe, "probe", KINDS),
    "hand-made": hand_made,
    "texture": partial(probe, "texture", ("texture",)),
    "activations": partial(probe, "activations", ("activations",)),
    "texture + activations": unchosen,
}
MODELS = QUICK | {name: partial(network, name, config) for name, config in NETWORKS.items()}
OF_FEW = ("probe", "hand-made", *NETWORKS)


def few(photos: Photos, trained: Indices, per_class: int, seed: int) -> Indices:
    """Keep so many training photos of each class; 0 keeps all."""
    if not per_class:
        return trained
    order = np.random.default_rng(seed).permutation(trained)
    kept = [order[photos.labels[order] == name][:per_class] for name in np.unique(photos.labels[trained])]
    return np.sort(np.concatenate(kept))


def folds(photos: Photos, seed: int) -> list[tuple[Indices, Indices]]:
    """Return what is trained on and tested in each fold."""
    splits = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splits.split(photos.labels, photos.labels, photos.groups))


class Measured(dict[str, Any]):
    """What has been measured, kept in a file of JSON."""

    def __init__(self, file: Path) -> None:
        super().__init__(json.loads(file.read_text()) if file.exists() else {})
        self.file = file

    def once(self, key: str, measure: Callable[[], Any]) -> Any:
        """Return what is measured under a key; it is measured at most once."""
        if key not in self:
            start = time.perf_counter()
            self[key] = measure()
            atomic_write(self.file, json.dumps(self))
            print(f"{key}: {time.perf_counter() - start:.0f} s", flush=True)
        return self[key]


@dataclass(frozen=True)
class Comparison:
    """A model, the set that it is tried on, the shuffle, and its training photos of each class (0: all)."""

    name: str
    photos: Photos
    model: str
    seed: int
    per_class: int

    @property
    def key(self) -> str:
        """Under which its answers are kept."""
        return f"{self.name}|{self.per_class}|{self.model}|{self.seed}"

    def answer(self, trained: Indices, tested: Indices) -> dict[str, list[list[float]]]:
        """Answer some photos by a model of others."""
        known = few(self.photos, trained, self.per_class, self.seed)
        ways = MODELS[self.model](self.photos, known, tested)
        return {way: probabilities.round(5).tolist() for way, probabilities in ways.items()}

    def cross_validated(self, of_folds: Measured) -> dict[str, list[list[float]]]:
        """Return the answers (N, C) to all photos by models that have not seen their sections."""
        answers: dict[str, list[list[float]]] = {}
        classes = len(np.unique(self.photos.labels))
        for fold, (trained, tested) in enumerate(folds(self.photos, self.seed)):
            ways = of_folds.once(f"{self.key}|{fold}", partial(self.answer, trained, tested))
            for way, probabilities in ways.items():
                rows = answers.setdefault(way, [[0.0] * classes] * len(self.photos.labels))
                for index, row in zip(tested, probabilities, strict=True):
                    rows[index] = row
        return answers


def unfamiliar(data: Path, seed: int) -> dict[str, float]:
    """Return how well probes of mudstones tell other things from mudstones of other sections: mean AUROC."""
    photos, others = SETS["mudstone"](data), unlike_mudstones(data)
    scores: dict[str, list[float]] = {name: [] for name in [*others, "alarms among mudstones"]}
    for trained, tested in folds(photos, seed):
        model = fitted(photos, trained)
        familiar = shares(model, [photos.files[index] for index in tested])
        scores["alarms among mudstones"].append(float(np.mean(np.array(familiar) > 0.95)))
        for name, files in others.items():
            strange = shares(model, files)
            truth = [0] * len(familiar) + [1] * len(strange)
            scores[name].append(float(roc_auc_score(truth, familiar + strange)))
    return {name: float(np.mean(each)) for name, each in scores.items()}


def shares(model: Probe, files: list[Path]) -> list[float]:
    """Return how unfamiliar each photo is."""
    with torch.inference_mode():
        return [float(model.unfamiliar(model.standardised(described(file).whole))) for file in files]


def seconds(data: Path) -> dict[str, float]:
    """Return the seconds of a whole training on 100 mudstones: from nothing, and from the cache."""
    photos = SETS["mudstone"](data)
    files = [str(file.resolve()) for file in photos.files]
    frame = pd.DataFrame({"file": files, "group": photos.groups, "lithology": photos.labels})
    samples = table_from_rows(frame.iloc[:TIMED], "lithology")
    measured = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(DescriptorCache.__init__, "__defaults__", (Path(folder) / "cache", 2**31)),
    ):
        for name in ("from nothing", "from the cache"):
            start, worked = time.perf_counter(), time.process_time()
            train(TrainingConfig(model="probe", output=Path(folder) / name), samples)
            measured[name] = time.perf_counter() - start
            measured[f"{name}, of one core"] = time.process_time() - worked
    return measured


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of answers.json and tables.md")
    parser.add_argument("--sets", default=",".join(SETS), help=f"some of: {', '.join(SETS)}")
    parser.add_argument("--models", default=",".join(QUICK), help=f"some of: {', '.join(MODELS)}")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--per-class", default="0,5,10,20", help="training photos of each class; 0: all")
    options = parser.parse_args()
    for chosen, known in ((options.sets, SETS), (options.models, MODELS)):
        if unknown := sorted(set(chosen.split(",")) - set(known)):
            parser.error(f"{', '.join(unknown)}: not one of {', '.join(known)}")
    return options


def planned(options: argparse.Namespace) -> Iterator[Comparison]:
    """Yield what is to be measured."""
    photos = {name: SETS[name](options.data) for name in options.sets.split(",")}
    for per_class in map(int, options.per_class.split(",")):
        for model in options.models.split(","):
            if per_class == 0 or model in OF_FEW:
                for seed in range(options.seeds):
                    for name in photos:
                        yield Comparison(name, photos[name], model, seed, per_class)


def main() -> None:
    """Measure what is missing, and write the tables."""
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    known, of_folds = Measured(options.out / "answers.json"), Measured(options.out / "folds.json")
    for comparison in planned(options):
        known.once(comparison.key, partial(comparison.cross_validated, of_folds))
    if "mudstone" in options.sets.split(",") and "probe" in options.models.split(","):
        for seed in range(options.seeds):
            known.once(f"unfamiliar|{seed}", partial(unfamiliar, options.data, seed))
        known.once("seconds", partial(seconds, options.data))
    text = tables(known, options.data)
    (options.out / "tables.md").write_text(text)
    draw(known, options.data, options.out / "few_photos.png")
    print(text)


if __name__ == "__main__":
    main()
