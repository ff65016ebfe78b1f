"""Real photographs: which critical area to train with, and what to start from.

    python benchmarks/real_photos.py DATA --out build/real_photos

area: does the evidence-guided critical area beat the paper's? `rocks2net` from random weights, `gap` beside
    `evidence`.
start: does the synthetic model beat random weights? `gap`, all thin sections of the training part.
start-few: the same with at most five sections of each class.

DATA has the folders mudstone, carbonate_grey and grain_pairs. Both answers of a question are trained on the
same split by thin section, with the same seed. A finished run is read, an interrupted one goes on;
`--datasets`, `--questions` and `--seeds` choose, so that the runs can be made one after the other. The table
at the end is of the runs that are finished.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from napari_rocks2net.evaluation import gain_interval, grouped_interval
from napari_rocks2net.samples import SampleTable, load_samples, split_samples, table_from_rows
from napari_rocks2net.training import TrainingConfig, load_run, train

DATASETS = ("mudstone", "carbonate_grey", "grain_pairs")
FEW = 5


@dataclass(frozen=True)
class Condition:
    """What distinguishes a run from others on the same split.

    Attributes
    ----------
    localization : {"gap", "evidence"}
        How the critical area is found.
    synthetic : bool
        Whether it starts from the synthetic model; else from random weights.
    sections : int
        The most thin sections of each class in the training part; 0 means all.
    """

    localization: Literal["gap", "evidence"]
    synthetic: bool = False
    sections: int = 0

    def __str__(self) -> str:
        """Return "gap, synthetic start, 5 sections a class"."""
        start = "synthetic" if self.synthetic else "random"
        sections = f"{self.sections} sections a class" if self.sections else "all sections"
        return f"{self.localization}, {start} start, {sections}"

    @property
    def folder(self) -> str:
        """The name of its run folders."""
        start = "synthetic" if self.synthetic else "random"
        return f"{self.localization}-{start}-{self.sections or 'all'}"


QUESTIONS = {
    "area": (Condition("gap"), Condition("evidence")),
    "start": (Condition("gap"), Condition("gap", synthetic=True)),
    "start-few": (Condition("gap", sections=FEW), Condition("gap", synthetic=True, sections=FEW)),
}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--datasets", default=",".join(DATASETS))
    parser.add_argument("--questions", default=",".join(QUESTIONS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--start-from", default="five_properties", help="the synthetic model")
    parser.add_argument("--only-table", action="store_true", help="train nothing")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    return parser.parse_args()


def samples_of(dataset: str, data: Path) -> SampleTable:
    """Return the labelled photos of a collection; of pairs those in plane-polarised light."""
    if dataset == "mudstone":
        return load_samples(data / "mudstone" / "10x.csv", "lithology", "sample")
    if dataset == "carbonate_grey":
        return load_samples(data / "carbonate_grey" / "labels.csv", "label", "id_block")
    folder = data / "grain_pairs"
    pairs = pd.read_csv(folder / "pairs.csv", dtype=str)
    files = [str((folder / name).resolve()) for name in pairs["ppl"]]
    frame = pd.DataFrame({"file": files, "group": pairs["group"], "grain": pairs["label"]})
    return table_from_rows(frame, "grain")


def with_few_sections(split: SampleTable, sections: int, seed: int) -> SampleTable:
    """Keep so many thin sections of each class in the training part; 0 keeps all."""
    if not sections:
        return split
    frame = split.frame
    trained = frame[frame["split"] == "train"].drop_duplicates("group").sample(frac=1, random_state=seed)
    kept = set(trained.groupby(split.only.name).head(sections)["group"])
    return replace(split, frame=frame[(frame["split"] != "train") | frame["group"].isin(kept)])


def planned(options: argparse.Namespace) -> Iterator[tuple[str, int, Condition, Path]]:
    """Yield every run that the questions need: a seed of all collections before the next."""
    for question in options.questions.split(","):
        for seed in range(options.seeds):
            for dataset in options.datasets.split(","):
                for condition in QUESTIONS[question]:
                    yield dataset, seed, condition, run_folder(options.out, dataset, seed, condition)


def run_folder(out: Path, dataset: str, seed: int, condition: Condition) -> Path:
    """Return where a run is kept."""
    return out / f"{dataset}-{condition.folder}-seed-{seed}"


def finish(options: argparse.Namespace, dataset: str, seed: int, condition: Condition, folder: Path) -> None:
    """Train, unless that is done."""
    if (folder / "metrics.json").is_file():
        return
    split = split_samples(samples_of(dataset, options.data), seed=seed)
    config = TrainingConfig(
        localization=condition.localization,
        start_from=options.start_from if condition.synthetic else "random",
        size=options.size,
        epochs=options.epochs,
        batch_size=8,
        patience=0,
        seed=seed,
        output=folder,
        resume=True,
    )
    run = train(config, with_few_sections(split, condition.sections, seed))
    accuracy, seconds = run.metrics["test"]["accuracy"], run.history["seconds"].sum()
    print(f"{dataset}, seed {seed}, {condition}: {accuracy:.2f}, {seconds:.0f} s", flush=True)


def tested(folders: list[Path]) -> pd.DataFrame:
    """Return what every seed says about its test photos."""
    every = pd.concat([load_run(folder).predictions for folder in folders])
    return every[every["split"] == "test"]


def row(options: argparse.Namespace, dataset: str, pair: tuple[Condition, Condition]) -> str | None:
    """Return a line of the table, over the seeds that both have finished."""
    both = [[run_folder(options.out, dataset, seed, each) for each in pair] for seed in range(options.seeds)]
    both = [folders for folders in both if all((folder / "metrics.json").is_file() for folder in folders)]
    if not both:
        return None
    tables = [tested([folders[index] for folders in both]) for index in range(2)]
    cells = [cell(table, [folders[index] for folders in both]) for index, table in enumerate(tables)]
    first, second = (table["correct"].to_numpy(bool) for table in tables)
    low, high = gain_interval(first, second, tables[0]["group"].tolist())
    counts = f"{len(tables[0])} of {tables[0]['group'].nunique()} sections"
    difference = f"{second.mean() - first.mean():+.2f} ({low:+.2f} to {high:+.2f})"
    return f"| {dataset} | {len(both)} | {counts} | {' | '.join(cells)} | {difference} |"


def cell(table: pd.DataFrame, folders: list[Path]) -> str:
    """Return the accuracy over all seeds, its interval, and that of each seed."""
    low, high = grouped_interval(table["correct"].to_numpy(bool), table["group"].tolist())
    each = ", ".join(f"{load_run(folder).metrics['test']['accuracy']:.2f}" for folder in folders)
    return f"**{table['correct'].mean():.2f}** ({low:.2f} to {high:.2f}): {each}"


def main() -> None:
    """Train what is missing and print a Markdown table a question."""
    options = arguments()
    if not options.only_table:
        for dataset, seed, condition, folder in planned(options):
            finish(options, dataset, seed, condition, folder)
    for question in options.questions.split(","):
        pair = QUESTIONS[question]
        print(f"\n| collection | seeds | test photos | {pair[0]} | {pair[1]} | gain |")
        print("|---|---|---|---|---|---|")
        for dataset in options.datasets.split(","):
            if line := row(options, dataset, pair):
                print(line)


if __name__ == "__main__":
    main()
