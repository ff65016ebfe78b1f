"""The verb "demo": the built-in model on drawn sections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from napari_rocks2net.cli.console import progress, say, show_table
from napari_rocks2net.cli.options import Device


def demo(
    out: Annotated[Path, typer.Option(help="The folder for the table and the pictures.")] = Path("demo"),
    device: Device = "auto",
) -> None:
    """Classify drawn sections with the built-in model; needs no download and no display."""
    from napari_rocks2net.demo import PREDICTIONS_FILE, run_demo

    with progress("Drawing and classifying") as show:
        results = run_demo(out, device, show)
    rows = [
        [
            result.name,
            result.rock_property,
            result.truth,
            result.prediction.label,
            f"{result.prediction.probability:.3f}",
        ]
        for result in results
    ]
    show_table(["section", "property", "drawn as", "predicted", "probability"], rows)
    right = sum(result.truth == result.prediction.label for result in results)
    say(f"{right} of {len(results)} right. Wrote {out / PREDICTIONS_FILE} and a picture of each section.")
