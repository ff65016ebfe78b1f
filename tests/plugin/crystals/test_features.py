from __future__ import annotations

import numpy as np
import pandas as pd
from napari.layers import Labels

from napari_rocks2net.plugin.crystals.features import (
    BY_MODEL,
    HAND,
    classes_by_hand,
    features_by_label,
    shown_classes,
    write_column,
    write_features,
)


def table(**columns: dict[int, object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_rows_are_found_by_their_label(squares: np.ndarray) -> None:
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


def test_crystals_that_are_gone_leave_the_table_unless_a_person_said_something(squares: np.ndarray) -> None:
    layer = Labels(squares)
    write_features(layer, "measured", table(area={1: 100, 2: 144, 7: 256}))
    write_column(layer, HAND, pd.Series({2: "rhombic"}))
    write_features(layer, "measured", table(area={1: 100}))
    assert features_by_label(layer).index.tolist() == [1, 2]
    assert classes_by_hand(layer) == {2: "rhombic"}


def test_features_without_an_index_are_about_the_label_of_their_row(squares: np.ndarray) -> None:
    layer = Labels(squares, features={"note": ["ground", "one", "two"]})
    write_features(layer, "measured", table(area={1: 100}))
    assert features_by_label(layer)["note"].to_dict() == {0: "ground", 1: "one", 2: "two"}


def test_a_persons_word_counts_before_the_models(squares: np.ndarray) -> None:
    layer = Labels(squares)
    write_features(layer, "classified", table(**{BY_MODEL: {1: "rhombic", 2: "rhombic", 7: ""}}))
    write_column(layer, HAND, pd.Series({2: "spherical"}))
    assert shown_classes(layer) == {1: "rhombic", 2: "spherical"}
