"""Networks over views: what both lights are worth to a network, on grains in PPL, in XPL and in both.

    python benchmarks/views_networks.py DATA --out build/views_networks

Every grain is answered by networks that have not seen its group (5 folds, a shuffle a seed): one of each
light, and one of fields in both. Beside them what those of one light say multiplied. A fold that is
finished in the folder is kept. DATA has the folder grain_pairs; the probe on the same grains: `views.py`.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.evaluation.intervals import gain_interval, grouped_interval
from napari_rocks2net.samples import SampleTable, load_samples
from napari_rocks2net.samples.columns import (
    CLASS_PREFIX,
    FILE,
    GROUP,
    LIGHT,
    TRUE_LABEL,
    classes_of_columns,
)
from napari_rocks2net.training import TrainingConfig, cross_validate
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.views import PPL, XPL

FOLDS = 5
BOTH, MULTIPLIED = "PPL + XPL", "PPL and XPL, answers multiplied"
Bools = npt.NDArray[np.bool_]


def in_light(samples: SampleTable, light: str) -> SampleTable:
    """Return samples with their views in one light alone."""
    frame = samples.frame
    return replace(samples, frame=frame[frame[LIGHT] == light].reset_index(drop=True))


def predictions(config: TrainingConfig, samples: SampleTable) -> pd.DataFrame:
    """Return the answer to each grain, by its name, of the fold that tests it."""
    rows = RunFolder(cross_validate(config, samples, FOLDS).folder).read_predictions()
    # A grain has one name in both lights, in the folder of its class.
    names = ["/".join(Path(file).with_suffix("").parts[-2:]) for file in rows[FILE]]
    return rows.set_index([names]).sort_index()


def right_answers(data: Path, work: Path, config: TrainingConfig) -> tuple[dict[str, Bools], list[str]]:
    """Return which grains (N,) each network names right, and the groups of the grains."""
    both = load_samples(data / "grain_pairs" / "pairs.csv", "label", "group")
    tables = {PPL: in_light(both, PPL), XPL: in_light(both, XPL), BOTH: both}
    rows = {
        name: predictions(replace(config, output=work / f"{config.seed} {name}"), table)
        for name, table in tables.items()
    }
    right = {name: (own["label"] == own[TRUE_LABEL]).to_numpy() for name, own in rows.items()}
    columns = [CLASS_PREFIX + each for each in classes_of_columns(rows[PPL])]
    product = rows[PPL][columns] * rows[XPL][columns]
    right[MULTIPLIED] = (product.idxmax(axis=1) == CLASS_PREFIX + rows[PPL][TRUE_LABEL]).to_numpy()
    return right, rows[PPL][GROUP].astype(str).tolist()


def table(right: dict[str, list[Bools]], groups: list[str]) -> str:
    """Return accuracies, with that of every seed, and the gain of both lights beside each."""
    lines = ["| network of | accuracy | by seed | PPL + XPL beside it |", "|---|---|---|---|"]
    seeds = len(right[BOTH])
    of_grain = groups * seeds
    both = np.concatenate(right[BOTH])
    for name, answers in right.items():
        own = np.concatenate(answers)
        low, high = grouped_interval(own, of_grain)
        lost, won = gain_interval(own, both, of_grain)
        by_seed = ", ".join(f"{each.mean():.3f}" for each in answers)
        gain = "" if name == BOTH else f"{both.mean() - own.mean():+.3f} ({lost:+.3f} to {won:+.3f})"
        lines.append(f"| {name} | {own.mean():.3f} ({low:.2f} to {high:.2f}) | {by_seed} | {gain} |")
    return "\n".join(lines)


def main() -> None:
    """Train, and print the table after every seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--model", default="rocks2net")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    options = parser.parse_args()
    right: dict[str, list[Bools]] = {}
    for seed in options.seeds:
        config = TrainingConfig(
            model=options.model, size=options.size, epochs=options.epochs, seed=seed, resume=True
        )
        own, groups = right_answers(
            options.data, options.out / f"{options.model} {options.size} {options.epochs}", config
        )
        for name, answers in own.items():
            right.setdefault(name, []).append(answers)
        print(table(right, groups), flush=True)


if __name__ == "__main__":
    main()
