"""What the Classify widget's layers say about the images of a collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.image_table import LABEL, PREDICTION, STATE
from napari_rocks2net.classify import Prediction
from napari_rocks2net.plugin import classify_layers


def test_a_prediction_is_shown_sorted_by_and_accepted(
    viewer: Any, widget: Any, photos: list[Path], quick: Any, layers_read: Any
) -> None:
    layers = [viewer.open(photo, plugin="napari")[0] for photo in photos[3:5]]
    assert widget.page.table.isColumnHidden(PREDICTION)
    classify_layers(viewer, layers, quick("lithology"))
    layers_read(widget)
    assert not widget.page.table.isColumnHidden(PREDICTION)
    key = ImageKey.of(photos[4])
    assert widget.annotator.suggestions[key, "lithology"].probability == 0.9
    assert widget.page.images.index(4, PREDICTION).data().endswith("90 %")
    assert widget.page.images.index(4, STATE).data() == "predicted"
    widget.page.images.sort(PREDICTION)
    assert set(widget.page.images.order()[:2]) == {ImageKey.of(photo) for photo in photos[3:5]}
    less_sure = Prediction.of("lithology", {"granite": 0.6, "slate": 0.4})
    widget.annotator.suggest({(ImageKey.of(photos[5]), "lithology"): less_sure})
    assert widget.page.images.order()[0] == ImageKey.of(photos[5])
    widget.page.images.sort(LABEL)
    widget.annotator.show(key)
    widget.annotator.accept()
    image = widget.annotator.image(key)
    assert image.origins == {"lithology": "accepted"}
    assert image.labels["lithology"] == widget.annotator.suggestions[key, "lithology"].label
    assert widget.page.images.order()[-1] == key


def test_a_prediction_on_our_own_layer_belongs_to_the_image_it_showed(
    viewer: Any, widget: Any, photos: list[Path], quick: Any, shown: Any, layers_read: Any
) -> None:
    classify_layers(viewer, [widget.layers.image], quick("lithology"))
    layers_read(widget)
    widget.annotator.show_next()
    shown(widget)
    assert [key for key, _ in widget.annotator.suggestions] == [ImageKey.of(photos[0])]


def test_the_filter_shows_corrected_labels(
    viewer: Any, widget: Any, photos: list[Path], quick: Any, layers_read: Any
) -> None:
    layers = [viewer.open(photo, plugin="napari")[0] for photo in photos[:2]]
    classify_layers(viewer, layers, quick("lithology"))
    layers_read(widget)
    widget.annotator.show(ImageKey.of(photos[0]))
    label = widget.annotator.suggestion(ImageKey.of(photos[0])).label
    other = next(name for name in widget.annotator.vocabulary.classes if name != label)
    widget.annotator.label(other)
    widget.page.kind.setCurrentText("Label and prediction differ")
    assert widget.page.images.order() == [ImageKey.of(photos[0])]
    assert widget.annotator.image(ImageKey.of(photos[0])).origins == {"lithology": "corrected"}
