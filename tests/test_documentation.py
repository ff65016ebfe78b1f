"""The documentation shows only commands, options and names that exist."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

import napari_rocks2net
from napari_rocks2net.audit import REPORT_FILES
from napari_rocks2net.cli import app
from napari_rocks2net.crystals import measure_crystals
from napari_rocks2net.evaluation import tables
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.slides import map_folder
from napari_rocks2net.slides.map_record import RECORD
from napari_rocks2net.training.runs.run_folder import RunFolder

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src" / "napari_rocks2net"
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]
COMMANDS: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the language and the text of each code block, with continued lines joined."""
    yield from BLOCK.findall(page.read_text(encoding="utf-8").replace("\\\n", " "))


def shown_commands() -> list[tuple[str, list[str]]]:
    """List (page, words) of each command line that starts with the program's name."""
    lines = [
        (page.name, line.strip()) for page in PAGES for _, text in blocks(page) for line in text.splitlines()
    ]
    return [
        (page, shlex.split(line, comments=True))
        for page, line in lines
        if line.startswith("napari-rocks2net ") and not line.startswith("napari-rocks2net [")
    ]


def options_of(words: list[str]) -> set[str]:
    """Name the options that the command in words[1] has; fails when there is no such command."""
    command = COMMANDS[words[1]]
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


def test_commands_to_check_exist() -> None:
    assert {words[1] for _, words in shown_commands()} >= {"predict", "train", "evaluate", "demo"}


@pytest.mark.parametrize(("page", "words"), shown_commands(), ids=lambda value: str(value)[:60])
def test_a_shown_command_has_the_options_it_is_shown_with(page: str, words: list[str]) -> None:
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used - {"--help"} <= options_of(words), f"{page} shows an option that does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shown_python_is_valid_and_imports_public_names_only(page: Path) -> None:
    for text in (text for language, text in blocks(page) if language == "python"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module == "napari_rocks2net":
                assert {alias.name for alias in node.names} <= set(napari_rocks2net.__all__)


def test_every_make_target_that_is_shown_exists() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert shown >= {"demo", "test"}
    assert shown <= targets


def test_the_paths_of_a_newcomer_are_short_and_their_files_exist() -> None:
    way = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## How to find your way")[2]
    paths = [re.findall(r"^\d+\. `([\w/]+\.py)`", part, re.MULTILINE) for part in way.split("**From ")[1:]]
    assert [len(path) <= most for path, most in zip(paths, (12, 18), strict=True)] == [True, True]
    assert [file for path in paths for file in path if not (SOURCE / file).is_file()] == []


def project_table(name: str) -> Any:
    """Return a table of pyproject.toml."""
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))[name]


def files_of_a_run() -> set[str]:
    """Name the files in a run folder, without checkpoints, whose names are Lightning's affair."""
    places = (Path(each.place) for each in vars(RunFolder).values() if hasattr(each, "place"))
    return {str(path) for path in places if path.suffix and len(path.parts) == 1 and path.stem[0] != "."}


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("audit.md", REPORT_FILES),
        ("command-line.md", tables.COLUMNS),
        ("crystals.md", measure_crystals(np.pad(np.ones((9, 9), int), 2), np.eye(13)).columns),
        ("install.md", project_table("project")["optional-dependencies"]),
        ("method.md", MODELS),
        (
            "slides.md",
            [RECORD, *(getattr(map_folder, name) for name in ("STORE", "CELLS", "AREAS", "CALIBRATION"))],
        ),
        ("training.md", files_of_a_run()),
    ],
)
def test_a_list_of_the_documentation_has_all_that_there_is(page: str, names: Iterable[str]) -> None:
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_rooms_stand_in_the_order_in_which_they_may_import() -> None:
    [contract] = (
        each
        for each in project_table("tool")["importlinter"]["contracts"]
        if each["name"] == "Imports run one way"
    )
    rooms = [re.findall(r"\w+", layer) for layer in contract["layers"]]
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = text.partition("```\nplugin, cli")[2].partition("```")[0]
    shown_layers = [re.findall(r"\w+", layer) for layer in f"plugin, cli{shown}".split("→")]
    # Of the single files at the bottom only some are named.
    assert [set(layer) for layer in shown_layers[:-1]] == [set(layer) for layer in rooms[:-1]]
    assert set(shown_layers[-1]) <= set(rooms[-1])


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Yield what a file defines, takes, sets or imports."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name):
                yield name.rpartition(".")[2]


def named_in_docstrings(tree: ast.AST) -> Iterator[str]:
    """Yield the last part of each `name` in the docstrings of a file that is not of another library."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            names = re.findall(r"(?<!`)`((?:\w+\.)*\w+)`(?!`)", str(node.value.value))
            ours = (
                name
                for name in names
                if name.startswith("napari_rocks2net.") or name[0].isupper() or "." not in name
            )
            yield from (name.rpartition(".")[2] for name in ours)


def test_docstrings_name_what_exists() -> None:
    files = list(SOURCE.rglob("*.py"))
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    known = {part for file in files for part in file.relative_to(SOURCE).with_suffix("").parts}
    known |= {name for tree in trees for name in identifiers(tree)}
    # Of Python, and of the program that `napari_rocks2net.crystals.sam` follows.
    known |= {"ValueError", "generate_crop_boxes"}
    assert {name for tree in trees for name in named_in_docstrings(tree)} - known == set()
