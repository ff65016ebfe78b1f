"""Draw synthetic thin sections, train the built-in `grain` model on them, and store it in the package.

    python scripts/train_grain_model.py --sections 40 --epochs 30 --work build/grain

The same arguments give the same pictures and the same split; a run that was cut off goes on.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_rocks2net.model_file import ModelCard, load_model, save_model
from napari_rocks2net.synthetic import write_collection
from napari_rocks2net.training import (
    EpochFinished,
    TrainingConfig,
    TrainingEvent,
    TrainingRun,
    load_samples,
    train,
)

BUILT_IN = Path(__file__).parents[1] / "src" / "napari_rocks2net" / "builtin" / "grain.safetensors"
MEGABYTES_MAX = 20.0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/grain"), help="folder for pictures and run")
    parser.add_argument("--collection", type=Path, help="collection to use instead of drawing one in --work")
    parser.add_argument("--sections", type=int, default=40, help="thin sections per class")
    parser.add_argument("--photos", type=int, default=2, help="photos per section, PPL and XPL in turn")
    parser.add_argument("--picture-size", type=int, default=256, help="side of the pictures in pixels")
    parser.add_argument("--size", type=int, default=128, help="side of the network's input in pixels")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--model", default="rocks2net")
    parser.add_argument("--localization", choices=["gap", "evidence"], default="evidence")
    parser.add_argument(
        "--start-from", type=Path, help="model file to start from, for instance of an earlier run"
    )
    parser.add_argument("--resume", action="store_true", help="go on with a run that was cut off")
    parser.add_argument("--out", type=Path, default=BUILT_IN, help="model file to write")
    return parser.parse_args()


def drawn_collection(options: argparse.Namespace) -> Path:
    """Return the table of the collection, drawn if none is given."""
    if options.collection is not None:
        return Path(options.collection) / "labels.csv"
    return write_collection(
        options.work / "collection",
        "grain",
        options.sections,
        options.picture_size,
        options.seed,
        photos=options.photos,
        on_photo=lambda done, total: print(f"\r{done} of {total} photos", end="", flush=True),
    )


def report(event: TrainingEvent) -> None:
    """Print a line for every epoch."""
    if isinstance(event, EpochFinished):
        print(
            f"epoch {event.epoch}/{event.epochs}: loss {event.train_loss:.3f}, "
            f"validation accuracy {event.validation_accuracy:.3f}, {event.seconds:.0f} s",
            flush=True,
        )


def trained(table: Path, options: argparse.Namespace) -> TrainingRun:
    """Train on a collection, its splits grouped by thin section."""
    config = TrainingConfig(
        model=options.model,
        localization=options.localization,
        size=options.size,
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        start_from=options.start_from,
        output=options.work / "run",
        resume=options.resume,
    )
    return train(config, load_samples(table, property="grain", group="section"), report)


def honest_card(card: ModelCard, test: dict[str, Any]) -> ModelCard:
    """Say in the card what the model was trained on and what that is worth."""
    return replace(
        card,
        data=(
            "Trained on synthetic thin sections drawn by napari_rocks2net.synthetic, fields 2.048 mm across, "
            f"in PPL and XPL; accuracy {test['accuracy']:.3f} on {test['samples']} photos of held-out "
            "synthetic sections. It has seen no real rock: on real photos it is a demonstration only."
        ),
        licence="BSD-3-Clause",
    )


def export(run: TrainingRun, out: Path) -> Path:
    """Store the trained model in half precision."""
    network, card = load_model(run.model_path)
    path = save_model(out, network, honest_card(card, run.metrics["test"]), half=True)
    megabytes = path.stat().st_size / 1e6
    if megabytes > MEGABYTES_MAX:
        raise SystemExit(f"{path} has {megabytes:.1f} MB; a built-in model may have {MEGABYTES_MAX:.0f} MB.")
    print(f"{path}: {megabytes:.1f} MB")
    return path


def main() -> None:
    """Draw, train and store."""
    options = arguments()
    run = trained(drawn_collection(options), options)
    print(f"accuracy on held-out sections: {run.metrics['test']['accuracy']:.3f}")
    export(run, options.out)


if __name__ == "__main__":
    main()
