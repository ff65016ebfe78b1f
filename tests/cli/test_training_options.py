"""Options of training are declared once and taken by name."""

from __future__ import annotations

import inspect

import pytest
import typer
from typer.testing import CliRunner

from napari_rocks2net.cli.training_options import TrainingOptions, takes_settings


def app_of(*names):
    app, seen = typer.Typer(), []

    @app.command()
    @takes_settings(*names)
    def verb(folder: str, *, last: int = 1, **settings):
        seen.append((folder, last, settings))

    return app, seen, verb


def test_a_verb_finds_the_options_it_takes_in_its_settings():
    app, seen, _ = app_of("size", "localization")
    done = CliRunner().invoke(app, ["photos", "--size", "96", "--last", "3"])
    assert done.exit_code == 0, done.output
    assert seen == [("photos", 3, {"size": 96, "localization": "gap"})]


def test_options_stand_between_the_verbs_own():
    _, _, verb = app_of("epochs", "size")
    assert list(inspect.signature(verb).parameters) == ["folder", "epochs", "size", "last"]


def test_without_names_a_verb_takes_all_options():
    _, _, verb = app_of()
    assert set(inspect.signature(verb).parameters) == {"folder", "last", *TrainingOptions.__annotations__}


@pytest.mark.parametrize("arguments", [["--epochs", "3"], ["--size", "wide"], ["--localization", "heat map"]])
def test_what_a_verb_does_not_take_is_refused(arguments):
    app, seen, _ = app_of("size", "localization")
    assert CliRunner().invoke(app, ["photos", *arguments]).exit_code == 2
    assert not seen


def test_an_option_that_does_not_exist_cannot_be_taken():
    with pytest.raises(AttributeError, match="colour"):
        takes_settings("size", "colour")
