"""Views of a field: what several lights are worth to the probe, on grains in PPL, in XPL and in both.

    python benchmarks/views.py DATA --out build/views

Every grain is answered by a probe that has not seen its group (5 folds, a shuffle a seed). DATA has the
folder grain_pairs; its photos are read as pixels, for the format of the files gives the class away. Also
measured: what a probe of both lights says where one is missing, and with --ablation what one says that was
not fitted on lights alone.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from unittest import mock

import numpy as np
import numpy.typing as npt
import torch
from sklearn.model_selection import StratifiedGroupKFold

from napari_rocks2net.features import Descriptors, FieldLayout
from napari_rocks2net.imaging import READING_THREADS, read_image, read_many
from napari_rocks2net.samples import field_rows, load_samples
from napari_rocks2net.training.probe import fit_probe, regression
from napari_rocks2net.training.probe.describing import PhotoDescriber
from napari_rocks2net.views import PPL, XPL

Views = list[dict[str, Descriptors]]
Texts = npt.NDArray[np.str_]
FOLDS = 5
BOTH = FieldLayout((PPL, XPL))


def grains(data: Path) -> tuple[Views, Texts, Texts]:
    """Return the descriptors of each light of each grain, and the classes and groups."""
    frame = load_samples(data / "grain_pairs" / "pairs.csv", "label", "group").frame
    describer = PhotoDescriber()
    files = frame["file"].tolist()
    described = list(read_many(files, lambda file: describer(read_image(file)), threads=READING_THREADS))
    lights, rows = frame["light"].tolist(), field_rows(frame)
    views = [{lights[row]: each for row in own if (each := described[row]) is not None} for own in rows]
    first = [own[0] for own in rows]
    return views, *(frame[name].to_numpy(str)[first] for name in ("label", "group"))


def answers(views: Views, labels: Texts, groups: Texts, seed: int, *, ablation: bool) -> dict[str, float]:
    """Return the accuracy of each way to look at the grains, in one shuffle of the folds."""
    right: dict[str, npt.NDArray[np.bool_]] = {}
    for trained, tested in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(
        labels, labels, groups
    ):
        for name, own in fold(views, labels, groups, trained, tested, ablation=ablation).items():
            right.setdefault(name, np.zeros(len(labels), bool))[tested] = own == labels[tested]
    return {name: float(own.mean()) for name, own in right.items()}


def fold(
    views: Views,
    labels: Texts,
    groups: Texts,
    trained: npt.NDArray[np.intp],
    tested: npt.NDArray[np.intp],
    *,
    ablation: bool,
) -> dict[str, Texts]:
    """Return the classes that probes name, by what they were fitted on and by what they look at."""
    classes = np.unique(labels[trained])

    def fitted(layout: FieldLayout) -> dict[str, Texts]:
        """Return the answers of a probe of some lights to all of them, and to each alone."""
        joined = [layout.join_photos(list(views[index].items())) for index in trained]
        probe = fit_probe(joined, labels[trained].tolist(), groups[trained].tolist(), layout=layout).probe

        def named(lights: tuple[str, ...]) -> Texts:
            """Return the classes of the tested grains seen in some lights."""
            fields = [layout.join_photos([(each, views[index][each]) for each in lights]) for index in tested]
            with torch.inference_mode():
                outputs = [probe.answer(each).log_probabilities for each in fields]
            return classes[torch.cat(outputs).argmax(dim=1).numpy()]

        alone = {f"{light} alone": named((light,)) for light in layout.lights if len(layout.lights) > 1}
        return {"all": named(layout.lights), **alone}

    single = {f"probe of {light}": fitted(FieldLayout((light,)))["all"] for light in BOTH.lights}
    both = {f"probe of PPL + XPL, {what}": own for what, own in fitted(BOTH).items()}
    if not ablation:
        return single | both
    with mock.patch.object(regression, "with_lights_alone", lambda each, _: (each, np.arange(len(each)))):
        never = {f"the same, never fitted on one light, {what}": own for what, own in fitted(BOTH).items()}
    return single | both | never


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of views.json and views.md")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--ablation", action="store_true", help="also probes never fitted on one light")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    views, labels, groups = grains(options.data)
    measured: list[dict[str, float]] = []
    for seed in options.seeds:
        measured.append(answers(views, labels, groups, seed, ablation=options.ablation))
        (options.out / "views.json").write_text(json.dumps(measured, indent=2))
        print(measured[-1], flush=True)
    rows = [
        f"| {name} | {np.mean([one[name] for one in measured]):.3f} | "
        f"{', '.join(f'{one[name]:.3f}' for one in measured)} |"
        for name in measured[0]
    ]
    text = "\n".join(["| what is looked at | accuracy | by seed |", "|---|---|---|", *rows, ""])
    (options.out / "views.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
