"""The verb "predict": images classified into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import note, progress, say, say_origin, show_table
from napari_rocks2net.cli.options import BatchSize, Device, Model
from napari_rocks2net.cli.outputs import Overwrite, require_free
from napari_rocks2net.untrusted import is_folder, storable

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import PredictionFile

MOST_ROWS_SHOWN = 20


def predict(
    model: Model,
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="Image files, or folders of them.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path("predictions.csv"),
    also: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL", help="One more model for the same images; can be repeated.", show_default=False
        ),
    ] = None,
    device: Device = "auto",
    batch_size: BatchSize = 8,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the table of an interrupted run.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Classify images: class, probabilities and critical area of each, as a table.

    The table grows with every image; after an interruption the same command with --resume goes on. Images
    that cannot be read are listed on standard error and left out.
    """
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.imaging import ImageError

    files = find_images(images)
    require_free([out], overwrite or resume, [*files, Path(model)], "go on with --resume, ")
    for line in _left_out(images, files):
        note(line)
    classifier = RockClassifier.load(model, *(also or []), device=device)
    note(classifier.device.reason)
    table = PredictionFile(out, classifier.properties, resume=resume)
    rows, failed = _classify(classifier, files, batch_size, table)
    if failed == len(files):
        raise ImageError("None of the images could be read.")
    if 0 < len(rows) <= MOST_ROWS_SHOWN:
        columns = ["file", "property", "label", "probability"]
        show_table(
            columns, [[*(row[name] for name in columns[:3]), f"{row['probability']:.3f}"] for row in rows]
        )
    say_origin(model.card for model in classifier.models)
    left_out = f", {failed} left out" if failed else ""
    say(f"Wrote {out}: {len(files) - failed} of {len(files)} images classified{left_out}.")


def find_images(paths: Sequence[Path]) -> list[Path]:
    """Return the files as given, and the images in the folders among them.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files and folders.

    Raises
    ------
    ImageError
        When there is no image.
    """
    from napari_rocks2net.imaging import ImageError, list_images

    files: list[Path] = []
    for path in paths:
        images = list_images(path) if is_folder(path) else [path]
        if not images and len(paths) == 1:
            raise ImageError(f"{path} holds no image: give files or a folder with images.")
        if not images:
            note(f"Left out: {path} holds no image.")
        files.extend(images)
    if not files:
        raise ImageError("None of the folders holds an image: give files or folders with images.")
    return files


def _left_out(paths: Sequence[Path], files: Sequence[Path]) -> Iterator[str]:
    """Say what of the folders and files is not classified: other formats, and pages after the first."""
    from napari_rocks2net.imaging import TIFF_SUFFIXES, ImageError, count_pages, passed_over_sentence

    for folder in filter(is_folder, paths):
        if sentence := passed_over_sentence(folder):
            yield sentence
    for file in files:
        with suppress(ImageError):
            if file.suffix.lower() in TIFF_SUFFIXES and (pages := count_pages(file)) > 1:
                yield f"{file}: the first of {pages} pages is classified."


def _classify(
    classifier: RockClassifier, files: Sequence[Path], batch_size: int, table: PredictionFile
) -> tuple[list[dict[str, Any]], int]:
    """Write the rows of the table; return the first of them, and how many images are missing from it."""
    left = [file for file in files if storable(str(file)) not in table.done]
    if len(left) < len(files):
        note(f"{len(files) - len(left)} images are in {table.path} already.")
    rows: list[dict[str, Any]] = []
    failures: list[int] = []

    def report(index: int, error: Exception) -> None:
        failures.append(index)
        note(f"Left out: {error}")

    results = classifier.predict_many(left, batch_size=batch_size, on_error=report)
    with progress("Classifying") as show:
        for done, (file, predictions) in enumerate(
            zip(left, results, strict=True), len(files) - len(left) + 1
        ):
            show(done, len(files))
            if predictions is not None:
                shown = table.append(file, predictions)
                rows += shown if len(rows) <= MOST_ROWS_SHOWN else []
    return rows, len(failures)
