"""Demonstration: the built-in model on sections that the package draws itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.classify import Prediction, Predictions, RockClassifier
from napari_rocks2net.evaluation import draw_prediction, prediction_row, prediction_table, write_table
from napari_rocks2net.imaging import OUTPUT_SOFTWARE
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.output_files import FIGURE_END, PREDICTIONS_FILE
from napari_rocks2net.synthetic import SampleSection, draw_section, sample_sections
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM

DEMO_MODEL = "five_properties"
SIZE = 512
# The sample sections are drawn as classes of this property; of each other one there are two here.
SAMPLED_PROPERTY = "grain"
OTHER_SECTIONS = {
    "clastic": (
        SampleSection("Medium gravel, PPL", "medium gravel", 901),
        SampleSection("Fine silt, XPL", "fine silt", 902),
    ),
    "mechanical genesis": (
        SampleSection("Sand, XPL", "sand", 903),
        SampleSection("Aggregate, PPL", "aggregate", 905),
    ),
    "mixture": (
        SampleSection("Calcareous, XPL", "calcareous", 906),
        SampleSection("Carbonaceous, PPL", "carbonaceous", 907),
    ),
    "basic category": (
        SampleSection("Granite, XPL", "granite", 908),
        SampleSection("Basalt, PPL", "basalt", 909),
    ),
}


@dataclass(frozen=True)
class DemoResult:
    """Result of the demo for one section."""

    name: str  # Title of the section.
    # The class it was drawn as (the truth), and the property that this is a class of.
    rock_property: str
    truth: str
    picture: Path  # The section with its critical area.
    predictions: Predictions  # What the model says about it.

    @property
    def prediction(self) -> Prediction:
        """The prediction of the property that it was drawn for."""
        return self.predictions[self.rock_property]


def run_demo(
    output: str | Path, device: str = "auto", on_progress: OnProgress | None = None
) -> list[DemoResult]:
    """Classify synthetic sections with the built-in model.

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
        Sections of every property that the model names.

    Raises
    ------
    ModelFileError
        When the package came without its model.
    """
    classifier = RockClassifier.load(DEMO_MODEL, device=device)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    sections = demo_sections([each.name for each in classifier.properties])
    results = []
    for done, (rock_property, section) in enumerate(sections, start=1):
        results.append(_classify(rock_property, section, classifier, folder))
        if on_progress is not None:
            on_progress(done, len(sections))
    named = ((each.picture.name, answer) for each in results for answer in each.predictions.values())
    write_table(prediction_table(prediction_row(*pair) for pair in named), folder / PREDICTIONS_FILE)
    return results


def demo_sections(properties: Sequence[str]) -> list[tuple[str, SampleSection]]:
    """Return (property, section) of what the demo draws for a model of these properties."""
    sections = {SAMPLED_PROPERTY: tuple(sample_sections()), **OTHER_SECTIONS}
    return [(name, section) for name in properties for section in sections.get(name, ())]


def _classify(
    rock_property: str, sample: SampleSection, classifier: RockClassifier, folder: Path
) -> DemoResult:
    section = draw_section(
        sample.recipe,
        property=rock_property,
        size=SIZE,
        um_per_pixel=FIELD_UM[rock_property] / SIZE,
        seed=sample.seed,
    )
    rgb = section.ppl if sample.light == "ppl" else section.xpl
    predictions = classifier.predict(rgb)
    picture = folder / f"{sample.name.lower().replace(',', '').replace(' ', '_')}{FIGURE_END}"
    atomic_write_png(picture, draw_prediction(rgb, *predictions.values()), OUTPUT_SOFTWARE)
    return DemoResult(sample.name, rock_property, sample.recipe, picture, predictions)
