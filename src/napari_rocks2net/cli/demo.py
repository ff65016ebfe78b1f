"""Command `demo`: the built-in model on synthetic sections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from napari_rocks2net.cli.console import print_line, print_origin, progress, show_table
from napari_rocks2net.cli.options import Device, Overwrite, require_free
from napari_rocks2net.output_files import PREDICTIONS_FILE


def demo(
    out: Annotated[Path, typer.Option(help="The folder for the table and the pictures.")] = Path("demo"),
    device: Device = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Classify synthetic sections with the built-in model; needs no download and no display."""
    from napari_rocks2net.demo import DEMO_MODEL, run_demo
    from napari_rocks2net.model_file import read_card, resolve_model

    card = read_card(resolve_model(DEMO_MODEL))
    present = sorted(out.iterdir()) if out.is_dir() else []
    require_free([out / PREDICTIONS_FILE, *(path for path in present if path.is_file())], overwrite)
    with progress("Drawing and classifying") as show:
        results = run_demo(out, device, show)
    rows = [
        [each.name, each.rock_property, each.truth, answer.label, f"{answer.probability:.3f}"]
        for each, answer in ((each, each.prediction) for each in results)
    ]
    show_table(["section", "property", "drawn as", "predicted", "probability"], rows)
    print_origin([card])
    right = sum(result.truth == result.prediction.label for result in results)
    print_line(
        f"{right} of {len(results)} right. Wrote {out / PREDICTIONS_FILE} and a picture of each section."
    )
