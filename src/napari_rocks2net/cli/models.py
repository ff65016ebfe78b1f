"""Command `models`: the networks that can be trained and the models that are built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_rocks2net.cli.console import print_line, show_table
from napari_rocks2net.evaluation.figure_keys import ACCURACY

if TYPE_CHECKING:
    from napari_rocks2net.model_file import ModelCard


def models() -> None:
    """List the networks that can be trained and the models that are built in."""
    from napari_rocks2net.model_file import built_in_models, read_card
    from napari_rocks2net.models.catalog import MODELS

    print_line("Networks that can be trained:")
    show_table(
        ["name", "title", "for", "streams"],
        [[each.name, each.title, each.purpose, str(each.streams)] for each in MODELS.values()],
    )
    installed = {name: read_card(path) for name, path in built_in_models().items()}
    print_line("Built-in models:" if installed else "Built-in models: none")
    if installed:
        headings = ["name", "property", "network", "input", "accuracy"]
        show_table(headings, [_row(name, card) for name, card in installed.items()])
    for name, card in installed.items():
        for each in card.properties:
            print_line(f"{name}: {each.name}: classes {', '.join(each.classes)}")
        print_line(f"{name}: {card.data or 'its card does not name the data'}")


def _row(name: str, card: ModelCard) -> list[str]:
    """Return the row of a built-in model."""
    accuracy = card.metrics.get(ACCURACY)
    measured = "" if accuracy is None else f"{accuracy:.3f}"
    names = ", ".join(each.name for each in card.properties)
    return [name, names, card.architecture, f"{card.preprocessing.size} px", measured]
