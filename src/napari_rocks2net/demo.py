"""The main job on sections that the package draws itself: no download, no display."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from napari_rocks2net.classify import Prediction, RockClassifier
from napari_rocks2net.evaluation import draw_prediction, prediction_row, prediction_table, write_table
from napari_rocks2net.synthetic import SampleSection, draw_section, sample_sections

DEMO_MODEL = "grain"
PREDICTIONS_FILE = "predictions.csv"


@dataclass(frozen=True)
class DemoResult:
    """One sample section, classified.

    Attributes
    ----------
    name : str
        Title of the section.
    truth : str
        The class it was drawn as.
    picture : Path
        The section with its critical area.
    prediction : Prediction
        The answer of the model.
    """

    name: str
    truth: str
    picture: Path
    prediction: Prediction


def run_demo(
    output: str | Path, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
) -> list[DemoResult]:
    """Classify the sample sections with the built-in grain model.

    Parameters
    ----------
    output : str or pathlib.Path
        A folder for predictions.csv and one picture per section.
    device : str
        See `napari_rocks2net.classify.choose_device`.
    on_progress : callable, optional
        Called with the number of sections done and their total.

    Returns
    -------
    list of DemoResult
        In the order of the samples.

    Raises
    ------
    ModelFileError
        When the package came without its model.
    """
    classifier = RockClassifier.load(DEMO_MODEL, device)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    samples, results = sample_sections(), []
    for done, sample in enumerate(samples, start=1):
        results.append(_classify(sample, classifier, folder))
        if on_progress is not None:
            on_progress(done, len(samples))
    rows = [prediction_row(result.picture.name, result.prediction) for result in results]
    write_table(prediction_table(rows), folder / PREDICTIONS_FILE)
    return results


def _classify(sample: SampleSection, classifier: RockClassifier, folder: Path) -> DemoResult:
    section = draw_section(sample.recipe, seed=sample.seed)
    rgb = section.ppl if sample.light == "ppl" else section.xpl
    prediction = classifier.predict(rgb)
    picture = folder / f"{sample.name.lower().replace(',', '').replace(' ', '_')}.png"
    Image.fromarray(draw_prediction(rgb, prediction)).save(picture)
    return DemoResult(sample.name, sample.recipe, picture, prediction)
