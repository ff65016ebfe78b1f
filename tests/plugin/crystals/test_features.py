from __future__ import annotations

import numpy as np
import pandas as pd
from napari.components import LayerList
from napari.layers import Labels
from napari.layers._layer_actions import _duplicate_layer

from napari_rocks2net.plugin.crystals.features import (
    BY_MODEL,
    effective_classes,
    features_by_label,
    manual_classes,
    write_classes,
    write_features,
)


def table(**columns: dict[int, object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_rows_are_indexed_by_their_label(squares: np.ndarray) -> None:
    layer = Labels(squares)
    write_features(layer, "measured", table(area={1: 100, 7: 256}))
    assert layer.features["index"].tolist() == [1, 7]
    assert features_by_label(layer).loc[7, "area"] == 256
    # napari's status bar finds them too.
    assert "area: 256" in layer.get_status((21, 62), world=True)["value"]


def test_the_same_step_leaves_no_stale_column_and_other_columns_stay(squares: np.ndarray) -> None:
    layer = Labels(squares, features={"index": [1, 7], "note": ["mine", "odd"]})
    write_features(layer, "classified", table(p_a={1: 0.2, 7: 0.8}))
    write_features(layer, "measured", table(area={1: 100, 7: 256}))
    write_features(layer, "classified", table(p_b={1: 0.5, 7: 0.5}))
    assert set(layer.features) == {"index", "note", "area", "p_b"}
    assert features_by_label(layer)["note"].to_dict() == {1: "mine", 7: "odd"}


def test_removed_crystals_leave_the_table_unless_a_person_classified_them(squares: np.ndarray) -> None:
    layer = Labels(squares)
    write_features(layer, "measured", table(area={1: 100, 2: 144, 7: 256}))
    write_classes(layer, {2: "rhombic"})
    write_features(layer, "measured", table(area={1: 100}))
    assert features_by_label(layer).index.tolist() == [1, 2]
    assert manual_classes(layer) == {2: "rhombic"}


def test_features_without_an_index_are_about_the_label_of_their_row(squares: np.ndarray) -> None:
    layer = Labels(squares, features={"note": ["ground", "one", "two"]})
    write_features(layer, "measured", table(area={1: 100}))
    assert features_by_label(layer)["note"].to_dict() == {0: "ground", 1: "one", 2: "two"}


def test_a_persons_word_counts_before_the_models(squares: np.ndarray) -> None:
    layer = Labels(squares)
    write_features(layer, "classified", table(**{BY_MODEL: {1: "rhombic", 2: "rhombic", 7: ""}}))
    write_classes(layer, {2: "spherical"})
    assert effective_classes(layer) == {1: "rhombic", 2: "spherical"}


def test_nothing_of_ours_is_noted_on_the_layer_and_a_duplicate_goes_on_as_its_original_would(
    squares: np.ndarray,
) -> None:
    layers = LayerList([Labels(squares)])
    write_features(layers[0], "classified", table(p_a={1: 0.2, 7: 0.8}))
    layers.selection = {layers[0]}
    _duplicate_layer(layers)
    write_features(layers[1], "classified", table(p_b={1: 0.5, 7: 0.5}))
    assert [set(layer.features) for layer in layers] == [{"index", "p_a"}, {"index", "p_b"}]
    assert [layer.metadata for layer in layers] == [{}, {}]
