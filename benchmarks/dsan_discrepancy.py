"""Discrepancy of DSAN: whether it helps or hinders learning, by the same training with and without it.

    python benchmarks/dsan_discrepancy.py basic/labels.csv target/ --out build/dsan

Samples and target are those of the ten systems in docs/results.md. Three trainings on the first split:
without the discrepancy, with it, and with it from the weights of the first. A training that was interrupted
goes on where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from unittest.mock import patch

from napari_rocks2net.samples import SampleTable, load_samples
from napari_rocks2net.training import TrainingConfig, train
from napari_rocks2net.training.network import adaptation


def accuracy(samples: SampleTable, output: Path, options: argparse.Namespace, start: Path | None) -> float:
    """Train and return the accuracy on the test part."""
    config = TrainingConfig(
        model="dsan",
        target=str(options.target),
        start_from="random" if start is None else str(start),
        size=64,
        epochs=options.epochs,
        batch_size=8,
        patience=0,
        output=str(output),
        resume=True,
    )
    return float(train(config, samples).metrics["accuracy"])


def main() -> None:
    """Train three times and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("samples", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    samples = load_samples(options.samples, property="basic category", group="section")
    without = options.out / "without"
    with patch.object(adaptation, "adaptation_weight", lambda epoch, epochs: 0.0):
        print(f"without the discrepancy: {accuracy(samples, without, options, None):.3f}")
    print(f"with it: {accuracy(samples, options.out / 'with', options, None):.3f}")
    started = accuracy(samples, options.out / "started", options, without / "model.safetensors")
    print(f"with it, started from the first: {started:.3f}")


if __name__ == "__main__":
    main()
