"""Outputs of the commands: nothing that is there is replaced unless asked for, and never an input."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files of an earlier run.")]


def require_free(
    outputs: Iterable[Path], overwrite: bool, inputs: Iterable[Path] = (), hint: str = ""
) -> None:
    """Refuse outputs that are there already, or that are inputs.

    Parameters
    ----------
    outputs : iterable of pathlib.Path
        The files that will be written.
    overwrite : bool
        Whether those that are there may be replaced.
    inputs : iterable of pathlib.Path
        Files that are read, which are never replaced.
    hint : str
        Another way than replacing, such as "go on with --resume, or ".

    Raises
    ------
    typer.BadParameter
        Naming the first of them.
    """
    read = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in read:
            raise typer.BadParameter(f"{path} is an input and would be replaced: name another output.")
        if path.exists() and not overwrite:
            raise typer.BadParameter(
                f"{path} exists already; {hint}replace it with --overwrite, or name another output."
            )
