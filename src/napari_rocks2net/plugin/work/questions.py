"""Questions to the person, in one place so that scripts and tests can answer them.

Where files are asked for, `where` is a folder, or the key of a remembered one: the dialog begins there, and
what was chosen is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qtpy.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from napari_rocks2net.annotation import COLLECTION_SUFFIX
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.untrusted import is_folder

COLLECTIONS = f"Annotated collections (*{COLLECTION_SUFFIX});;JSON files (*.json);;All files (*)"
MODELS = "Models (*.safetensors);;All files (*)"
TABLES = "Tables (*.csv);;All files (*)"
GEOJSON = "GeoJSON (*.geojson *.json);;All files (*)"


def confirm(parent: Any, title: str, question: str) -> bool:
    """Ask a yes-or-no question; no is the safe answer and the default."""
    buttons = QMessageBox.StandardButton
    answer = QMessageBox.question(parent, title, question, buttons.Yes | buttons.No, buttons.No)
    return bool(answer == buttons.Yes)


def may_stop_training(parent: Any) -> bool:
    """Ask whether a training that is under way may be stopped."""
    question = "Stop the training? It can be continued later from its last finished epoch."
    return confirm(parent, "Training under way", question)


def ask_text(parent: Any, title: str, label: str) -> str:
    """Ask for a line of text; empty when it was cancelled."""
    answer, accepted = QInputDialog.getText(parent, title, label)
    return answer.strip() if accepted else ""


def ask_number(parent: Any, title: str, label: str, value: int) -> int | None:
    """Ask for a whole number from 1 on; None when it was cancelled."""
    number, accepted = QInputDialog.getInt(parent, title, label, value, 1)
    return number if accepted else None


def ask_lines(parent: Any, title: str, label: str) -> str:
    """Ask for a text of several lines; empty when it was cancelled."""
    answer, accepted = QInputDialog.getMultiLineText(parent, title, label)
    return answer if accepted else ""


def ask_choice(parent: Any, title: str, label: str, choices: Sequence[str]) -> str:
    """Ask for one of several texts, the first of which is proposed; empty when it was cancelled."""
    answer, accepted = QInputDialog.getItem(parent, title, label, list(choices), 0, False)
    return answer if accepted else ""


def ask_open_file(parent: Any, title: str, kinds: str, folder: str | Path) -> Path | None:
    """Ask for an existing file."""
    path, _ = QFileDialog.getOpenFileName(parent, title, _begin(folder), kinds)
    return _remembered(Path(path), folder) if path else None


def ask_model_file(parent: Any, title: str = "Add model file") -> Path | None:
    """Ask for an existing model file; None if the person cancels."""
    return ask_open_file(parent, title, MODELS, preferences.MODEL_FOLDER)


def ask_open_files(parent: Any, title: str, kinds: str, folder: str | Path) -> list[Path]:
    """Ask for existing files."""
    paths, _ = QFileDialog.getOpenFileNames(parent, title, _begin(folder), kinds)
    return [_remembered(Path(path), folder) for path in paths]


def ask_folder(parent: Any, title: str, folder: str | Path) -> Path | None:
    """Ask for a folder."""
    path = QFileDialog.getExistingDirectory(parent, title, _begin(folder))
    return _remembered(Path(path), folder) if path else None


def ask_save_file(
    parent: Any, title: str, name: str, kinds: str, folder: str | Path, *, ask_to_replace: bool = True
) -> Path | None:
    """Ask where to save; the dialog itself asks before it accepts an existing file, if it is to."""
    options = QFileDialog.Option(0) if ask_to_replace else QFileDialog.Option.DontConfirmOverwrite
    proposed = str(Path(_begin(folder)) / name)
    path, _ = QFileDialog.getSaveFileName(parent, title, proposed, kinds, options=options)
    return _remembered(Path(path), folder) if path else None


def chosen_reader(
    path: str | Sequence[str] | None,
    title: str,
    kinds: str,
    accepts: Callable[[Path], bool],
    read: Callable[..., Any],
) -> Callable[..., Any] | None:
    """Return a reader of files if it accepts all of them; without a path, let the person choose a file.

    Parameters
    ----------
    path : str or sequence of str, optional
        What napari opens; None from the command palette, which runs readers without a path.
    title, kinds : str
        Of the dialog, in which the person chooses a file.
    accepts : callable
        Returns whether a file is of this kind.
    read : callable
        Takes a path or several and returns layer data.
    """
    import napari

    if path is not None:
        paths = [path] if isinstance(path, str) else list(path)
        return read if paths and all(accepts(Path(each)) for each in paths) else None
    viewer = napari.current_viewer()
    if viewer is not None and (chosen := ask_open_file(None, title, kinds, Path.home())):
        for layer in read(str(chosen)):
            if layer[0] is not None:
                viewer.add_layer(napari.layers.Layer.create(*layer))
    return None


def save_selected_layers(title: str, name: str, kinds: str) -> list[str]:
    """Save the selected layers where the person chooses: the command palette runs writers without a path."""
    import napari

    viewer = napari.current_viewer()
    if viewer is None or not (path := ask_save_file(None, title, name, kinds, Path.home())):
        return []
    return list(viewer.layers.save(str(path), selected=True, plugin="napari-rocks2net"))


def _begin(folder: str | Path) -> str:
    return str(folder if isinstance(folder, Path) else preferences.remembered_folder(folder))


def _remembered(path: Path, folder: str | Path) -> Path:
    if isinstance(folder, str):
        preferences.remember_folder(folder, path if is_folder(path) else path.parent)
    return path
