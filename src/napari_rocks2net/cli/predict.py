"""The verb "predict": images classified into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import note, progress, say, show_table
from napari_rocks2net.cli.options import BatchSize, Device, Model

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

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
) -> None:
    """Classify images: class, probabilities and critical area of each, as a table.

    Images that cannot be read are listed on standard error and left out.
    """
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import prediction_table, write_table
    from napari_rocks2net.imaging import ImageError

    files = find_images(images)
    for line in _left_out(images, files):
        note(line)
    classifier = RockClassifier.load(model, *(also or []), device=device)
    note(classifier.device.reason)
    rows, failures = _classify(classifier, files, batch_size)
    for failure in failures:
        note(f"Left out: {failure}")
    if not rows:
        raise ImageError("None of the images could be read.")
    write_table(prediction_table(rows), out)
    _summarise(rows, len(files), len(failures), out)


def find_images(paths: Sequence[Path]) -> list[Path]:
    """Return the files as given, and the images in the folders among them.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files and folders.

    Raises
    ------
    ImageError
        When a folder holds no image.
    """
    from napari_rocks2net.imaging import ImageError, list_images

    files: list[Path] = []
    for path in paths:
        images = list_images(path) if path.is_dir() else [path]
        if not images:
            raise ImageError(f"{path} holds no image: give files or a folder with images.")
        files.extend(images)
    return files


def _left_out(paths: Sequence[Path], files: Sequence[Path]) -> Iterator[str]:
    """Say what of the folders and files is not classified: other formats, and pages after the first."""
    from napari_rocks2net.imaging import TIFF_SUFFIXES, ImageError, count_pages, passed_over_sentence

    for folder in filter(Path.is_dir, paths):
        if sentence := passed_over_sentence(folder):
            yield sentence
    for file in files:
        with suppress(ImageError):
            if file.suffix.lower() in TIFF_SUFFIXES and (pages := count_pages(file)) > 1:
                yield f"{file}: the first of {pages} pages is classified."


def _classify(
    classifier: RockClassifier, files: Sequence[Path], batch_size: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the table, and why images are missing from it."""
    from napari_rocks2net.evaluation import prediction_row

    rows: list[dict[str, Any]] = []
    failures: list[str] = []
    results = classifier.predict_many(
        files, batch_size=batch_size, on_error=lambda _, error: failures.append(str(error))
    )
    with progress("Classifying") as show:
        show(0, len(files))
        for done, (file, predictions) in enumerate(zip(files, results, strict=True), start=1):
            rows.extend(prediction_row(file, each) for each in (predictions or {}).values())
            show(done, len(files))
    return rows, failures


def _summarise(rows: Sequence[dict[str, Any]], images: int, failed: int, out: Path) -> None:
    if len(rows) <= MOST_ROWS_SHOWN:
        columns = ["file", "property", "label", "probability"]
        show_table(
            columns, [[*(row[name] for name in columns[:3]), f"{row['probability']:.3f}"] for row in rows]
        )
    left_out = f", {failed} left out" if failed else ""
    say(f"Wrote {out}: {images - failed} of {images} images classified{left_out}.")
