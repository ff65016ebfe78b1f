"""Options that several verbs share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

Verb = TypeVar("Verb", bound=Callable[..., Any])

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="A model file, or the name of a built-in model.", show_default=False
    ),
]
DATA = typer.Argument(
    metavar="DATA",
    help="A folder with one folder per class, or a CSV with a file column and one column per property.",
    show_default=False,
)
Data = Annotated[Path, DATA]
Property = Annotated[
    str | None, typer.Option(help="The column of DATA that holds the labels.", show_default=False)
]
Properties = Annotated[
    str | None,
    typer.Option(
        help="The column of DATA that holds the labels; for rocks2net_joint several, separated by commas, or "
        "'all': those of the five rock properties that DATA has.",
        show_default=False,
    ),
]
Group = Annotated[
    str | None,
    typer.Option(
        help="The column of DATA that names the thin section; for a folder a regular expression such as "
        r"'sample_(\d+)_'.",
        show_default=False,
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]

# How networks are trained; others are in training_options.
BY_PRESET = "the preset decides"
Epochs = Annotated[int | None, typer.Option(help="The most epochs.", show_default=BY_PRESET)]
TrainingBatchSize = Annotated[int | None, typer.Option(help="Images in one step.", show_default=BY_PRESET)]
LearningRate = Annotated[float | None, typer.Option(help="The highest rate.", show_default=BY_PRESET)]
Accelerator = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Images in one pass through the network.")]


def property_names(text: str | None) -> str | tuple[str, ...] | None:
    """Return the property that --property names, or the properties."""
    names = tuple(name.strip() for name in (text or "").split(","))
    return names if len(names) > 1 else text


def with_options(options: Iterable[inspect.Parameter]) -> Callable[[Verb], Verb]:
    """Let a verb take options in place of its ``**settings``.

    Parameters
    ----------
    options : iterable of inspect.Parameter
        Keyword-only, annotated as typer expects, in the order of the help. Options that the verb declares as
        keyword-only follow them.

    Returns
    -------
    callable
        A decorator; the verb finds the options in its ``settings`` by their names.
    """

    def decorate(verb: Verb) -> Verb:
        signature = inspect.signature(verb, eval_str=True)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        first = [one for one in own if one.kind is not one.KEYWORD_ONLY]
        taken = [*first, *options, *own[len(first) :]]
        # typer reads the signature and calls with keywords.
        verb.__signature__ = signature.replace(parameters=taken)  # type: ignore[attr-defined]
        return verb

    return decorate
