"""Options are made from the fields of settings classes."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import typer
from typer.testing import CliRunner

from napari_rocks2net.cli.options import takes_settings
from napari_rocks2net.settings import Settings, setting


@dataclass(frozen=True)
class Polishing(Settings, panel="Material"):
    grains: int = setting(3, "How many grains.", within=(1, None))
    cloth: Literal["wool", "silk"] = setting("silk", "What polishes.")
    time: float | None = setting(None, when_none="by the mineral", help="For how long.")
    notes: str | Path | None = setting(None, help="Where to write.")
    room: str = setting("lab", help="Not for the command line.", option=False)


def app_of(**taken: Any) -> tuple[typer.Typer, list[tuple[Any, ...]], Any]:
    app, seen = typer.Typer(), []

    @app.command()
    @takes_settings(Polishing, **taken)
    def verb(folder: str, *, last: int = 1, **settings: Any) -> None:
        seen.append((folder, last, settings))

    return app, seen, verb


def test_a_verb_finds_the_options_it_takes_in_its_settings():
    app, seen, _ = app_of(only=("grains", "cloth"))
    done = CliRunner().invoke(app, ["photos", "--grains", "96", "--last", "3"])
    assert done.exit_code == 0, done.output
    assert seen == [("photos", 3, {"grains": 96, "cloth": "silk"})]


def test_options_stand_between_the_verbs_own_in_the_order_asked_for():
    _, _, verb = app_of(only=("time", "grains"))
    assert list(inspect.signature(verb).parameters) == ["folder", "time", "grains", "last"]


def test_without_names_a_verb_takes_every_field_that_has_an_option():
    app, seen, verb = app_of()
    assert list(inspect.signature(verb).parameters) == ["folder", "grains", "cloth", "time", "notes", "last"]
    assert CliRunner().invoke(app, ["photos", "--notes", "a.txt", "--time", "1.5"]).exit_code == 0
    assert seen[0][2] == {"grains": 3, "cloth": "silk", "time": 1.5, "notes": Path("a.txt")}


def test_a_verb_may_have_another_default():
    app, seen, _ = app_of(only=("grains",), grains=5)
    assert CliRunner().invoke(app, ["photos"]).exit_code == 0
    assert seen[0][2] == {"grains": 5}


@pytest.mark.parametrize(
    "arguments", [["--time", "3"], ["--grains", "many"], ["--grains", "0"], ["--cloth", "felt"]]
)
def test_what_a_verb_does_not_take_is_refused(arguments):
    app, seen, _ = app_of(only=("grains", "cloth"))
    assert CliRunner().invoke(app, ["photos", *arguments]).exit_code == 2
    assert not seen


def test_the_help_has_text_range_default_and_panel_of_the_fields():
    app, _, _ = app_of()
    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120", "TERM": "dumb"}).output
    for expected in ("How many grains.", "x>=1", "wool|silk", "Material", "by the mineral", "default: 3"):
        assert expected in text
    assert "--room" not in text


def test_an_option_that_does_not_exist_cannot_be_taken():
    with pytest.raises(KeyError, match="colour"):
        takes_settings(Polishing, only=("grains", "colour"))
