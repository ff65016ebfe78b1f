"""The features of a Labels layer as a table by label: columns of ours beside columns of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from napari.layers import Labels

# napari's name of the column that says which label a row is about.
INDEX = "index"
BY_MODEL, HAND = "class", "class_by_hand"
# Which columns each step has written, so that running it again leaves no stale one.
WRITTEN = "rocks2net_columns"


def features_by_label(layer: Labels) -> pd.DataFrame:
    """Return a copy of the features with the labels as index.

    Without a column "index" napari takes the number of a row for its label.
    """
    features = layer.features
    if INDEX in features:
        return features.drop_duplicates(INDEX).set_index(INDEX)
    return features.copy()


def classes_by_hand(layer: Labels) -> dict[int, str]:
    """Return the class that a person gave to each crystal, for those that have one."""
    features = features_by_label(layer)
    if HAND not in features:
        return {}
    named = features[HAND].fillna("").astype(str)
    return {int(label): name for label, name in named.items() if name}


def shown_classes(layer: Labels) -> dict[int, str]:
    """Return the class of each crystal that has one: a person's word counts before the model's."""
    features = features_by_label(layer)
    by_model = features[BY_MODEL].fillna("").astype(str) if BY_MODEL in features else {}
    return {int(label): name for label, name in by_model.items() if name} | classes_by_hand(layer)


def write_features(layer: Labels, step: str, table: pd.DataFrame) -> None:
    """Write the columns of a step, in place of those that the same step wrote before.

    Rows of labels that are not in the table stay where something else is said about them.
    """
    written: dict[str, list[str]] = dict(layer.metadata.get(WRITTEN, {}))
    others = features_by_label(layer)
    others = others.drop(columns=[*written.get(step, ()), *table.columns], errors="ignore")
    written[step] = list(table.columns)
    _set(layer, _joined(table, others, _own(written)))
    layer.metadata[WRITTEN] = written


def _own(written: dict[str, list[str]]) -> set[str]:
    return {column for columns in written.values() for column in columns}


def _joined(table: pd.DataFrame, others: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """Put tables side by side; a label about which only we say something is gone with the crystal."""
    theirs = others[[column for column in others if column not in own]]
    filled = theirs.notna() & (theirs.astype(str) != "")
    stays = others.index.isin(table.index)
    if len(theirs.columns):
        stays = stays | filled.any(axis=1)
    joined = table.join(others[stays], how="outer").sort_index()
    if HAND in joined:
        joined[HAND] = joined[HAND].fillna("")
    return joined


def write_column(layer: Labels, name: str, values: pd.Series) -> None:
    """Write one column of a person's, by label; rows that are missing are added, none is taken away."""
    features = features_by_label(layer)
    joined = features.reindex(features.index.union(values.index))
    joined[name] = values.reindex(joined.index)
    if name == HAND:
        joined[name] = joined[name].fillna("")
    _set(layer, joined)


def _set(layer: Labels, table: pd.DataFrame) -> None:
    layer.features = table.rename_axis(INDEX).reset_index()
