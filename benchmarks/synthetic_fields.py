"""Networks over fields: what several lights and stage angles are worth, on synthetic sections.

    python benchmarks/synthetic_fields.py --work build/synthetic_fields --out build/synthetic_fields

Draws sections of one rock property, each one field: PPL, and XPL at five stage angles. For each of several
seeds a network learns from other sections, twice: from the fields, and from the XPL photo at 0 degrees alone.
Both are asked about the same sections that none has learned from. Before that, heads on the untrained
backbone say what each block of a field's features is worth. The difference is paired: right answers by
section, the mean over the seeds, with an interval by a bootstrap over the sections.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression

from napari_rocks2net import RockClassifier
from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.features import FieldLayout
from napari_rocks2net.models import ViewBatch, create_model
from napari_rocks2net.models.fields import pool_views
from napari_rocks2net.samples import SampleTable, field_rows, load_samples
from napari_rocks2net.samples.columns import ANGLE, LIGHT
from napari_rocks2net.synthetic import Variation
from napari_rocks2net.synthetic.drawing import draw_slide
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM, recipes_of
from napari_rocks2net.training import TrainingConfig, load_run, train
from napari_rocks2net.training.network.components import make_datasets
from napari_rocks2net.training.network.fine_tuning import USUAL_STRENGTH
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.views import PPL, XPL, Field, View

Bools = npt.NDArray[np.bool_]
ANGLES = (0, 18, 36, 54, 72)
TEST_SEED, LEARNING_SEED = 700_000, 800_000
RESAMPLES = 10_000


def synthetic_table(folder: Path, property: str, sections: int, size: int, seed: int) -> Path:
    """Return a table of drawn fields, so many a class; what is drawn already is kept."""
    rows = []
    for number, label in enumerate(recipes_of(property)):
        for section in range(sections):
            name = f"{number}_{section}_{seed}"
            views = [(PPL, "", folder / f"{name}_ppl.png")]
            views += [(XPL, str(angle), folder / f"{name}_xpl_{angle}.png") for angle in ANGLES]
            if not all(file.exists() for _, _, file in views):
                _draw([file for *_, file in views], property, label, size, seed + 1000 * number + section)
            rows += [[file.name, name, name, light, angle, label] for light, angle, file in views]
    table = folder / f"fields_{seed}.csv"
    pd.DataFrame(rows, columns=["file", "section", "field", "light", "angle", "rock"]).to_csv(
        table, index=False
    )
    return table


def _draw(files: Sequence[Path], property: str, label: str, size: int, seed: int) -> None:
    width = FIELD_UM[property]
    slide = draw_slide(
        label,
        property=property,
        size=2 * size,
        um_per_pixel=width / (2 * size),
        seed=seed,
        variation=Variation(),
    )
    for file, pixels in zip(
        files, (slide.ppl(0.0), *(slide.xpl(float(each)) for each in ANGLES)), strict=True
    ):
        small = slide.vignetted(pixels).reshape(size, 2, size, 2, 3).astype(np.float32).mean(axis=(1, 3))
        atomic_write_png(file, np.round(small).astype(np.uint8))


def one_photo(samples: SampleTable) -> SampleTable:
    """Return the samples with the XPL photo at 0 degrees alone."""
    frame = samples.frame
    chosen = (frame[LIGHT] == XPL) & (frame[ANGLE] == "0")
    return replace(samples, frame=frame[chosen].reset_index(drop=True))


def right(classifier: RockClassifier, samples: SampleTable, chosen: str) -> Bools:
    """Return which fields a classifier names right, by all views, one XPL photo, or one light alone."""
    frame = samples.frame
    fields, labels = [], []
    for rows in field_rows(frame):
        views = [
            View(file, light, float(angle) if angle else None)
            for file, light, angle in frame.iloc[rows][["file", LIGHT, ANGLE]].itertuples(index=False)
            if chosen == "all" or (light == PPL if chosen == PPL else light == XPL and angle == "0")
        ]
        fields.append(Field(tuple(views)) if classifier.lights else views[0].file)
        labels.append(frame["rock"].iloc[rows[0]])
    answers = classifier.predict_many(fields)
    return np.array(
        [each is not None and each.only.label == label for each, label in zip(answers, labels, strict=True)]
    )


def figures(right: dict[str, list[Bools]], of: str, beside: str) -> dict[str, object]:
    """Return accuracies by seed, and the gain of one way beside another with its interval over sections."""
    gain = np.mean(right[of], axis=0) - np.mean(right[beside], axis=0)
    accuracy = {name: [float(each.mean()) for each in own] for name, own in right.items()}
    return {"accuracy": accuracy, "gain": [float(gain.mean()), *interval(gain)]}


def interval(gain: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a mean over test sections."""
    rng = np.random.default_rng(0)
    means = gain[rng.integers(0, len(gain), (RESAMPLES, len(gain)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


@torch.inference_mode()
def frozen(learning: Sequence[SampleTable], test: SampleTable, size: int) -> dict[str, list[Bools]]:
    """Return which fields heads on the untrained backbone's features name right, by the blocks they see."""
    layout = FieldLayout((PPL, XPL), (XPL,))
    backbone = create_model("gdnet", 2, backbone="efficientnet_lite0", pretrained=True).eval().backbone
    config = TrainingConfig(model="gdnet", size=size)

    def features(samples: SampleTable) -> tuple[torch.Tensor, npt.NDArray[np.int64]]:
        """Return the features of the XPL photo and the three blocks of fields, (4, N, F), and the classes."""
        split = replace(samples, frame=samples.frame.assign(split="train"))
        fields = make_datasets(replace(config, augmentation=False), split, layout=layout)["train"]
        rows = []
        for index in range(len(fields)):
            batch = fields[index][0]
            assert isinstance(batch, ViewBatch)
            maps = backbone(config.preprocessing.normalised(batch.images)).mean(dim=(2, 3))
            rows.append(torch.stack([maps[1], *pool_views(maps, batch, layout)[0].chunk(3)]))
        return torch.stack(rows, dim=1), fields.labels[:, 0].numpy()

    blocks = {
        "one XPL photo": [0],
        "PPL": [1],
        "XPL, mean over angles": [2],
        "XPL, mean and spread": [2, 3],
        "PPL + XPL, means": [1, 2],
        "PPL + XPL, means and spread": [1, 2, 3],
    }
    tested, truth = features(test)
    right: dict[str, list[Bools]] = {name: [] for name in blocks}
    for table in learning:
        learned, labels = features(table)
        for name, chosen in blocks.items():
            x, y = (torch.cat(list(each[chosen]), dim=1).numpy() for each in (learned, tested))
            mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-3
            head = LogisticRegression(C=USUAL_STRENGTH, max_iter=1000).fit((x - mean) / deviation, labels)
            right[name].append(head.predict((y - mean) / deviation) == truth)
    return right


def main() -> None:
    """Draw, train, ask and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of synthetic_fields.json and .md")
    parser.add_argument("--work", type=Path, required=True, help="keeps the drawings")
    parser.add_argument("--property", default="basic category", choices=sorted(FIELD_UM))
    parser.add_argument("--model", default="rocks2net")
    parser.add_argument("--sections", type=int, default=8, help="of each class, to learn from")
    parser.add_argument("--test-sections", type=int, default=8, help="of each class, to be asked about")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)

    def samples(sections: int, seed: int) -> SampleTable:
        """Return drawn fields as samples."""
        table = synthetic_table(options.work, options.property, sections, options.size, seed)
        return load_samples(table, "rock", "section")

    test = samples(options.test_sections, TEST_SEED)
    learning = [samples(options.sections, LEARNING_SEED + 20_000 * seed) for seed in range(options.seeds)]
    print("drawn", flush=True)
    heads = frozen(learning, test, options.size)
    measured = {"heads": figures(heads, "PPL + XPL, means and spread", "one XPL photo")}
    print(json.dumps(measured), flush=True)
    answers: dict[str, list[Bools]] = {}
    for seed, table in enumerate(learning):
        for what, own in {"fields": table, "XPL photo": one_photo(table)}.items():
            output = options.work / f"{what} {options.model} {options.epochs} {seed}"
            config = TrainingConfig(
                model=options.model,
                size=options.size,
                epochs=options.epochs,
                test=0.0,
                seed=seed,
                output=output,
                resume=True,
            )
            run = load_run(output) if RunFolder(output).is_finished else train(config, own)
            classifier = RockClassifier.load(run.model_path, device="cpu")
            for chosen in ("all", PPL, XPL) if what == "fields" else (XPL,):
                answers.setdefault(f"{what}, {chosen}", []).append(right(classifier, test, chosen))
        measured["networks"] = figures(answers, "fields, all", f"XPL photo, {XPL}")
        print(json.dumps(measured["networks"]), flush=True)
        (options.out / "synthetic_fields.json").write_text(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
