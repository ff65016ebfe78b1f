"""Classification of crystals by a model, into features and colours of their Labels layer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import napari
import numpy as np
from napari.layers import Labels, Layer

from napari_rocks2net.iteration import Progress, report_progress, run_to_end
from napari_rocks2net.model_file import built_in_models, read_card, resolve_model
from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.plugin.crystals.features import effective_classes, notes_of, write_features
from napari_rocks2net.plugin.crystals.measuring import LabelledPicture
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.model_choice import RememberedModels
from napari_rocks2net.samples.columns import classes_of_columns
from napari_rocks2net.torch_beside_opengl import prepare_torch_import
from napari_rocks2net.wording import LOADING_MODEL

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.crystals import CrystalClassifier

CLASSIFIED = "classified"
OTHERS = (0.6, 0.6, 0.6, 0.45)


def classify_crystals_layer(
    viewer: napari.Viewer,
    labels_layer: Labels | str,
    image_layer: Layer | str | None,
    model: CrystalClassifier | str | Path,
) -> pd.DataFrame:
    """Classify the crystals of a Labels layer and colour them by class; blocks until it is done.

    Class, all probabilities, shape and facets become columns of the layer's features.

    Parameters
    ----------
    viewer : napari.Viewer
    labels_layer : napari.layers.Labels or str
        The layer or its name; 0 is background.
    image_layer : napari.layers.Image or str or None
        The image that the crystals are in; None takes the one that was segmented, or one of the same size.
    model : CrystalClassifier or str or pathlib.Path
        A loaded model, a model file, or the name of a built-in model.

    Returns
    -------
    pandas.DataFrame
        See `napari_rocks2net.crystals.CrystalClassifier.classify`.

    Raises
    ------
    ImageLayerError
        When there is no layer of that name, or no image that the crystals are in.
    CrystalError
        When image and labels do not fit each other.
    ModelFileError
        When the model cannot be used.
    """
    labels, request = LabelledPicture.of_layers(viewer, labels_layer, image_layer)
    request = classifiable(request, labels.name)
    table = run_to_end(classifying_work(request, lambda: as_classifier(model)))
    show_classes(labels, table)
    return table


class CrystalModels(RememberedModels[Any]):
    """The models of crystals that a person can choose, and the one that was loaded last."""

    def __init__(self) -> None:
        super().__init__(preferences.CRYSTAL_MODELS)

    def choices(self) -> list[tuple[str, str]]:
        """Return (what to show, name or path) of every model that can be used, the latest file first."""
        built_in = [(f"{name} (built in)", name) for name in built_in_models() if _is_for_crystals(name)]
        return [*reversed(self.named_files()), *built_in]


def _is_for_crystals(model: str) -> bool:
    card = read_card(resolve_model(model))
    return bool(card.crop) or model_spec(card.architecture).images == "crystals"


def classifiable(request: LabelledPicture, name: str) -> LabelledPicture:
    """Return the request, or refuse one that no model can look at."""
    if request.picture is None:
        raise ImageLayerError(
            f"There is no image with the size of {name!r}; open the SEM image that the crystals are in."
        )
    if not request.labels.any():
        raise ImageLayerError(f"{name!r} has no crystals; segment the image or draw some.")
    return request


def as_classifier(model: CrystalClassifier | str | Path) -> CrystalClassifier:
    """Return a loaded model."""
    if not isinstance(model, str | Path):
        return model
    prepare_torch_import()
    from napari_rocks2net.crystals import CrystalClassifier

    return CrystalClassifier.load(model)


def classifying_work(
    request: LabelledPicture, load: Callable[[], CrystalClassifier]
) -> Generator[Progress, None, pd.DataFrame]:
    """Load a model and classify crystals, as work for a job; can be stopped after every batch."""
    assert request.picture is not None
    yield Progress(activity=LOADING_MODEL)
    classifier = load()
    yield Progress(activity="Cutting the crystals out")
    steps = classifier.iterate_classification(request.picture.read_values(), request.labels)
    return (yield from report_progress(steps, "Classifying"))


def show_classes(layer: Labels, table: pd.DataFrame, names: Sequence[str] = ()) -> None:
    """Write classes into the features of their layer and colour it by them."""
    write_features(layer, CLASSIFIED, table)
    colour_layer(layer, names)


def colour_layer(layer: Labels, names: Sequence[str] = ()) -> None:
    """Colour a layer by the classes in its features; a person's word counts before the model's."""
    classes = effective_classes(layer)
    _colour_by_class(layer, classes, colours_of([*names, *model_classes(layer), *classes.values()]))


def colours_of(names: Sequence[str]) -> dict[str, str]:
    """Return the colour of each class."""
    from napari_rocks2net.crystals import class_colours

    return class_colours(list(dict.fromkeys(names)))


def model_classes(layer: Labels) -> list[str]:
    """Return the classes that the model of a layer's last classification can name."""
    return classes_of_columns(notes_of(layer).columns.get(CLASSIFIED, ()))


def _colour_by_class(layer: Labels, classes: Mapping[int, str], colours: Mapping[str, str]) -> None:
    """Colour crystals by their class; those without one are a faint grey."""
    from napari.utils.colormaps import DirectLabelColormap
    from napari.utils.colormaps.standardize_color import transform_color

    rgba = {name: transform_color(colour)[0] for name, colour in colours.items()}
    ground = int(layer.colormap.background_value)
    notes = notes_of(layer)
    notes.colours = notes.colours or layer.colormap
    colour_of: dict[int | None, Any] = {None: OTHERS, ground: (0, 0, 0, 0)}
    colour_of.update((label, rgba[name]) for label, name in classes.items() if name in rgba)
    layer.colormap = DirectLabelColormap(color_dict=colour_of)


def colour_by_crystal(layer: Labels) -> None:
    """Give a layer the colours back that it had before it was coloured by class."""
    notes = notes_of(layer)
    if notes.colours is not None:
        layer.colormap, notes.colours = notes.colours, None


def compile_colours() -> None:
    """Colour a tiny layer of no viewer, so that napari has compiled its code when a real one is coloured."""
    from napari.layers import Labels

    _colour_by_class(Labels(np.ones((2, 2), np.int32)), {1: "any"}, {"any": "#ffffff"})
