"""Questions to the person, in one place so that scripts and tests can answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from qtpy.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMessageBox

from napari_rocks2net.annotation import COLLECTION_SUFFIX

COLLECTION_FILTER = f"Annotated collections (*{COLLECTION_SUFFIX});;JSON files (*.json);;All files (*)"


def confirm(parent: Any, title: str, question: str) -> bool:
    """Ask a yes-or-no question; no is the safe answer and the default."""
    buttons = QMessageBox.StandardButton
    answer = QMessageBox.question(parent, title, question, buttons.Yes | buttons.No, buttons.No)
    return bool(answer == buttons.Yes)


def ask_text(parent: Any, title: str, label: str, text: str = "") -> str:
    """Ask for a line of text; empty when it was cancelled."""
    answer, accepted = QInputDialog.getText(parent, title, label, QLineEdit.EchoMode.Normal, text)
    return answer.strip() if accepted else ""


def ask_lines(parent: Any, title: str, label: str) -> str:
    """Ask for a text of several lines; empty when it was cancelled."""
    answer, accepted = QInputDialog.getMultiLineText(parent, title, label)
    return answer if accepted else ""


def ask_choice(parent: Any, title: str, label: str, choices: Sequence[str]) -> str:
    """Ask for one of several texts, the first of which is proposed; empty when it was cancelled."""
    answer, accepted = QInputDialog.getItem(parent, title, label, list(choices), 0, False)
    return answer if accepted else ""


def ask_open_file(parent: Any, title: str, folder: Path, kinds: str) -> Path | None:
    """Ask for an existing file."""
    path, _ = QFileDialog.getOpenFileName(parent, title, str(folder), kinds)
    return Path(path) if path else None


def ask_open_files(parent: Any, title: str, folder: Path, kinds: str) -> list[Path]:
    """Ask for existing files."""
    paths, _ = QFileDialog.getOpenFileNames(parent, title, str(folder), kinds)
    return [Path(path) for path in paths]


def ask_folder(parent: Any, title: str, folder: Path) -> Path | None:
    """Ask for a folder."""
    path = QFileDialog.getExistingDirectory(parent, title, str(folder))
    return Path(path) if path else None


def ask_save_file(
    parent: Any, title: str, proposed: Path, kinds: str, *, ask_to_replace: bool = True
) -> Path | None:
    """Ask where to save; the dialog itself asks before it accepts an existing file, if it is to."""
    options = QFileDialog.Option(0) if ask_to_replace else QFileDialog.Option.DontConfirmOverwrite
    path, _ = QFileDialog.getSaveFileName(parent, title, str(proposed), kinds, options=options)
    return Path(path) if path else None


def read_chosen_file(title: str, kinds: str, read: Callable[[str], Iterable[tuple[Any, ...]]]) -> None:
    """Open a file that the person chooses: the command palette runs readers without a path."""
    import napari

    viewer = napari.current_viewer()
    if viewer is not None and (path := ask_open_file(None, title, Path.home(), kinds)):
        for layer in read(str(path)):
            if layer[0] is not None:
                viewer.add_layer(napari.layers.Layer.create(*layer))


def save_selected_layers(title: str, name: str, kinds: str) -> list[str]:
    """Save the selected layers where the person chooses: the command palette runs writers without a path."""
    import napari

    viewer = napari.current_viewer()
    if viewer is None or not (path := ask_save_file(None, title, Path.home() / name, kinds)):
        return []
    return list(viewer.layers.save(str(path), selected=True, plugin="napari-rocks2net"))
