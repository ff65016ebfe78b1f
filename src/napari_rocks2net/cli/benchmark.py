"""Command `benchmark`: compare networks on the same splits of a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import print_line, print_note, show_table
from napari_rocks2net.cli.options import (
    Data,
    Encoding,
    Group,
    Overwrite,
    Property,
    comma_separated,
    require_free,
    takes_settings,
)
from napari_rocks2net.cli.samples import load_trainable
from napari_rocks2net.cli.training_progress import TrainingConsole
from napari_rocks2net.output_files import BENCHMARK_FILES
from napari_rocks2net.training.config import TrainingConfig

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.training import TrainingEvent

Models = Annotated[
    str, typer.Option(metavar="A,B,...", help="The networks; `napari-rocks2net models` lists them.")
]
Seeds = Annotated[int, typer.Option(min=1, help="Splits by thin section; each makes one run.")]
SETTINGS = (
    *("localization", "target", "size", "epochs", "preset", "batch_size", "learning_rate", "start_from"),
    *("backbone", "accelerator"),
)


@takes_settings(TrainingConfig, only=SETTINGS)
def benchmark(
    data: Data,
    models: Models = "rocks2net,densenet121",
    seeds: Seeds = 3,
    out: Annotated[Path, typer.Option(help="The folder of the runs and the table.")] = Path("benchmark"),
    property: Property = None,
    group: Group = None,
    encoding: Encoding = None,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    """Train networks on the same splits and compare them: table.csv, table.md and table.png.

    The same command goes on after an interruption. A network that fails costs one line of the table.
    """
    from napari_rocks2net.benchmark import benchmark as compare

    # A benchmark goes on where its runs are; tables without runs are someone else's.
    if not any(out.glob("*-seed-*")):
        require_free([out / name for name in BENCHMARK_FILES], overwrite, [data])
    samples = load_trainable(data, property, group, encoding)
    print_note(samples.describe())
    with BenchmarkProgress("the same command") as progress:
        table = compare(samples, comma_separated(models), seeds, out, progress, **settings)
    _show(table)
    print_line(f"Wrote {out}: {', '.join(BENCHMARK_FILES)}, and a run folder for each network and seed.")


def _show(table: pd.DataFrame) -> None:
    from napari_rocks2net.benchmark.report import HEADINGS, failures_of, readable_rows

    shown = {heading: short for heading, short in HEADINGS.items() if short}
    show_table(list(shown.values()), [[row[heading] for heading in shown] for row in readable_rows(table)])
    for line in failures_of(table):
        print_note(line)


class BenchmarkProgress(TrainingConsole):
    """The events of one training after the other, each under its network and seed."""

    def __call__(self, event: TrainingEvent) -> None:
        """Show one event."""
        from napari_rocks2net.benchmark import BenchmarkRunStarted

        if isinstance(event, BenchmarkRunStarted):
            print_line(f"{event.model}, seed {event.seed} (of {event.seeds} seeds)")
        else:
            super().__call__(event)
