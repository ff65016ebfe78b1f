"""Command-line application: its verbs and exit codes."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from napari_rocks2net import __version__
from napari_rocks2net.cli.audit import audit
from napari_rocks2net.cli.benchmark import benchmark
from napari_rocks2net.cli.console import print_line, print_note
from napari_rocks2net.cli.crystals import crystals
from napari_rocks2net.cli.demo import demo
from napari_rocks2net.cli.evaluate import evaluate
from napari_rocks2net.cli.export import export
from napari_rocks2net.cli.import_keras import import_keras
from napari_rocks2net.cli.map import map
from napari_rocks2net.cli.models import models
from napari_rocks2net.cli.predict import predict
from napari_rocks2net.cli.report import report
from napari_rocks2net.cli.synthesize import synthesize
from napari_rocks2net.cli.train import train
from napari_rocks2net.cli.train_crystals import train_crystals

BAD_INPUT = 2
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FAILURE = 1

app = typer.Typer(
    name="napari-rocks2net",
    help="Classify photos of rock thin sections, and train models that do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
VERBS = (
    *(predict, map, train, evaluate, audit, report, benchmark, crystals, train_crystals, import_keras),
    *(export, models, demo, synthesize),
)
for verb in VERBS:
    app.command()(verb)


def _print_version(requested: bool) -> None:
    if requested:
        print_line(f"napari-rocks2net {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Classify photos of rock thin sections, and train models that do."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the process.

    Raises
    ------
    SystemExit
        Always: 0 done, 2 bad arguments or input, 1 anything else.
    """
    # What is wrong with an image is said in one line of ours; tifffile adds one for every bad tag.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    try:
        app(args=None if arguments is None else list(arguments))
    except SystemExit as leaving:
        # Ctrl-C leaves with 130 or 1, depending on the version of typer.
        sys.exit(leaving.code if leaving.code in (0, BAD_INPUT) else FAILURE)
    except Exception as error:
        code = _exit_code_of(error)
        if code is None:
            raise
        print_note(f"Error: {_sentence(error)}")
        sys.exit(code)
    sys.exit(0)


def _exit_code_of(error: Exception) -> int | None:
    """Return the exit code of an error that explains itself, None for one that needs a traceback."""
    if isinstance(error, OSError):
        return BAD_INPUT
    if isinstance(error, MemoryError):
        return FAILURE
    # Our own errors are sentences for people; any other is a fault of the program.
    if type(error).__module__.partition(".")[0] != __package__.partition(".")[0]:
        return None
    return BAD_INPUT if isinstance(error, ValueError) else FAILURE


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return f"{error.strerror}: free some, or name an output elsewhere."
    return str(error) or "Memory ran out; close other programs or take fewer images at a time."
