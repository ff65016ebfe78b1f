"""Console output of the commands: results on standard output, progress and complaints on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.untrusted import visible
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.model_file import ModelCard

RESULTS = Console()
NOTES = Console(stderr=True)


def print_line(text: str) -> None:
    """Print one line of result as it is, unbroken."""
    RESULTS.print(visible(text), markup=False, highlight=False, soft_wrap=True)


def print_note(text: str) -> None:
    """Print one line beside the results, on standard error."""
    NOTES.print(visible(text), markup=False, highlight=False, soft_wrap=True)


def note_workers(count: int, scheduler: str) -> None:
    """Say how many workers a scheduler has.

    Parameters
    ----------
    count : int
        How many.
    scheduler : str
        Its address.
    """
    print_note(
        f"{count_of(count, 'worker')} at {scheduler}." if count else f"No worker at {scheduler}: waiting."
    )


def show_table(columns: list[str], rows: list[list[str]]) -> None:
    """Print rows of text under headings; brackets in file names are no markup."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(visible(cell).replace("[", r"\[") for cell in row))
    RESULTS.print(table)


def print_origin(cards: Iterable[ModelCard]) -> None:
    """Print what models were trained on, a line each, where their cards say so."""
    for origin in filter(None, (card.origin for card in cards)):
        print_line(f"The model: {origin}")


def progress_bar() -> Progress:
    """Return a bar with a count and the remaining time; it disappears when done, and logs get none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=NOTES, transient=True, disable=not NOTES.is_terminal)


@contextmanager
def progress(description: str) -> Iterator[OnProgress]:
    """Show a bar and yield a function that takes what is done and the total."""
    with progress_bar() as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
