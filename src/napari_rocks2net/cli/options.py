"""Command-line options that several verbs share, or that settings classes state; outputs that are free."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import typer

from napari_rocks2net.classify.backend_choices import Backend as BackendChoice
from napari_rocks2net.settings import Setting, settings_of

Verb = TypeVar("Verb", bound=Callable[..., Any])
unset = partial(typer.Option, show_default=False)
"""An option without a default worth showing."""
required = partial(typer.Argument, show_default=False)
"""An argument; without a default there is none to show."""

Model = Annotated[str, required(metavar="MODEL", help="A model file, or the name of a built-in model.")]
DATA = required(
    metavar="DATA",
    help="A folder with one folder per class, or a CSV with a file column and one column per property.",
)
Data = Annotated[Path, DATA]
Property = Annotated[str | None, unset(help="The column of DATA that holds the labels.")]
Properties = Annotated[
    str | None,
    unset(
        help="The column of DATA that holds the labels; for a network that names several properties "
        "several, separated by commas, or 'all': those of the five rock properties that DATA has."
    ),
]
Group = Annotated[
    str | None,
    unset(
        help="The column of DATA that names the thin section; for a folder a regular expression such as "
        r"'sample_(\d+)_'."
    ),
]
Encoding = Annotated[
    str | None,
    unset(
        help="The encoding of a CSV whose letters may be several, such as cp1252 (Windows, western), cp1250, "
        "cp1251, cp1253, cp932, euc_jp, gb18030.",
        show_default="what its letters leave no doubt of",
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]
Backend = Annotated[
    BackendChoice,
    typer.Option(
        help="What runs the network on a CPU. onnx: ONNX Runtime, prepared the first time; auto: where it "
        "was prepared before and was faster, else torch."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A Dask scheduler, such as tcp://10.0.0.1:8786: its workers read and classify. They must see "
        "the same files under the same paths.",
        show_default="this computer alone",
    ),
]

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files of an earlier run.")]
UmPerPixel = Annotated[
    float | None,
    typer.Option(help="Micrometres a pixel of the photos.", show_default="what the files say, else none"),
]
RunOutput = Annotated[Path, typer.Option("--out", help="The run folder.")]
Report = Annotated[Path, typer.Option(help="The folder of the report.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Images in one pass through the network.")]


def comma_separated(text: str | None) -> list[str]:
    """Return the names in a text, without spaces around them; none of no text."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def property_names(text: str | None) -> str | tuple[str, ...] | None:
    """Return the property that --property names, or the properties."""
    names = tuple(comma_separated(text))
    return names if len(names) > 1 else text


def require_suffix(path: Path, suffix: str, kind: str) -> None:
    """Refuse the name of an output that does not end as files of its kind do.

    Parameters
    ----------
    path : pathlib.Path
        As given.
    suffix : str
        Such as ".onnx".
    kind : str
        What ends so, such as "an ONNX file".
    """
    if path.suffix.lower() != suffix:
        raise typer.BadParameter(f"{path} is no name of {kind}; let it end in {suffix}.")


def require_free(
    outputs: Iterable[Path], overwrite: bool, inputs: Iterable[Path] = (), hint: str = ""
) -> None:
    """Refuse outputs that exist already, that are inputs, or that cannot be written where they are to be.

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
        require_folder(path.parent)
        if path.is_dir():
            raise typer.BadParameter(f"{path} is a folder: name a file.")
        if path.exists() and not overwrite:
            raise typer.BadParameter(
                f"{path} exists already; {hint}replace it with --overwrite, or name another output."
            )


def require_folder(folder: Path) -> None:
    """Refuse a folder that can be neither made nor written in, before the work is done.

    Raises
    ------
    typer.BadParameter
        Naming what is in the way.
    """
    nearest = next((each for each in (folder, *folder.parents) if each.exists() or each.is_symlink()), None)
    if nearest is not None and not nearest.is_dir():
        raise typer.BadParameter(f"{nearest} is no folder to write in: name another output.")
    if nearest is not None and not os.access(nearest, os.W_OK):
        raise typer.BadParameter(f"Nothing may be written in {nearest}: name another output.")


def takes_settings(*kinds: type, only: Sequence[str] = (), **defaults: Any) -> Callable[[Verb], Verb]:
    """Let a verb take the fields of settings classes as options in place of its ``**settings``.

    Parameters
    ----------
    *kinds : type
        Settings classes, see `napari_rocks2net.settings`.
    only : sequence of str
        The fields to take, in the order of the help; by default all that have an option.
    **defaults
        Defaults of this verb that are not those of the fields.

    Returns
    -------
    callable
        A decorator; the verb finds the values in its ``settings`` by the names of the fields. Options that
        it declares as keyword-only follow them in the help.
    """
    fields = {name: each for kind in kinds for name, each in settings_of(kind).items() if each.option}
    options = [_option(fields[name], defaults.get(name, fields[name].default)) for name in only or fields]

    def decorate(verb: Verb) -> Verb:
        """Give a verb the options."""
        signature = inspect.signature(verb, eval_str=True)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        first = [each for each in own if each.kind is not each.KEYWORD_ONLY]
        parameters = [*first, *options, *own[len(first) :]]
        # typer reads the signature and calls with keywords.
        verb.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return verb

    return decorate


def _option(field: Setting, default: Any) -> inspect.Parameter:
    bounded = field.type in (int, float)
    option = typer.Option(
        help=field.help,
        rich_help_panel=field.panel,
        show_default=True if default is not None else field.when_none or False,
        min=field.minimum if bounded else None,
        max=field.maximum if bounded else None,
    )
    # What a command line can read: a path or a text instead of a union.
    kind = next((kind for kind in (Path, str) if kind in get_args(field.type)), field.type)
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=str(default) if kind is str and default is not None else default,
        annotation=Annotated[kind if default is not None else kind | None, option],
    )
