"""What the commands print: results on standard output, progress and complaints on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

RESULTS = Console()
NOTES = Console(stderr=True)


def say(text: str) -> None:
    """Print one line of result as it is, unbroken."""
    RESULTS.print(text, markup=False, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """Print one line beside the results, on standard error."""
    # File names may hold bytes that are no text, which not every stream takes.
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    NOTES.print(shown, markup=False, highlight=False, soft_wrap=True)


def show_table(columns: list[str], rows: list[list[str]]) -> None:
    """Print rows of text under headings; brackets in file names are no markup."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    RESULTS.print(table)


def progress_bar() -> Progress:
    """Return a bar with a count and the remaining time; it disappears when done, and logs get none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=NOTES, transient=True, disable=not NOTES.is_terminal)


@contextmanager
def progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar and yield a function that takes what is done and the total."""
    with progress_bar() as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
