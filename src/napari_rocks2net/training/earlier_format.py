"""Earlier formats of run folders: other settings, and one column of labels, "grain: coarse crystal"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples.columns import CLASS_PREFIX, LABEL, PROPERTY, TRUE_LABEL

if TYPE_CHECKING:
    import pandas as pd


def current_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings of a run of any version as those of today that do the same.

    ``pretrained`` said whether to start from ImageNet weights where ``start_from`` named no model, and there
    was one backbone, and one way to fine-tune.
    """
    if "pretrained" not in values:
        return dict(values)
    start = values.get("start_from") or ("imagenet" if values["pretrained"] else "random")
    others = {name: value for name, value in values.items() if name != "pretrained"}
    backbones = MODELS[values["model"]].backbones if values.get("model") in MODELS else ()
    before = {"backbone": backbones[0] if backbones else None, "fine_tuning": "plain"}
    return before | others | {"start_from": start}


def current_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with ``properties`` {name: classes} instead of ``property`` and ``classes``."""
    properties: dict[str, Any] = {}
    if "properties" not in config and {"property", "classes"} <= config.keys():
        properties = {"properties": {config["property"]: config["classes"]}}
    others = {name: value for name, value in config.items() if name not in {"property", "classes"}}
    return current_settings(others) | properties


def one_column_a_property(frame: pd.DataFrame, properties: Sequence[RockProperty]) -> pd.DataFrame:
    """Return samples with a column for each property.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of samples.csv with their regions; in the current format they are returned as they are.
    properties : sequence of RockProperty
        The properties of the run.
    """
    # Not above: the configuration, of which command-line options are made, reads no images.
    from napari_rocks2net.samples.table_making import complement_rows

    names = [each.name for each in properties]
    if set(names) <= set(frame) or LABEL not in frame:
        return frame
    several = len(names) > 1
    labels = {each.name: frame[LABEL].map(_class_of(each, several)).fillna("") for each in properties}
    return complement_rows(frame.drop(columns=LABEL).assign(**labels), names)


def with_property(table: pd.DataFrame, properties: Sequence[RockProperty]) -> pd.DataFrame:
    """Return predictions with the property of each.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of predictions.csv; in the current format they are returned as they are.
    properties : sequence of RockProperty
        The properties of the run.
    """
    import pandas as pd

    if PROPERTY in table:
        return table
    tables = []
    for each in properties:
        class_of = _class_of(each, several=len(properties) > 1)
        own = table[table[TRUE_LABEL].isin(class_of)]
        labels = {name: own[name].map(class_of) for name in (TRUE_LABEL, LABEL)}
        columns = {CLASS_PREFIX + text: CLASS_PREFIX + name for text, name in class_of.items()}
        others = [name for name in own if name.startswith(CLASS_PREFIX) and name not in columns]
        tables.append(
            own.drop(columns=others).rename(columns=columns).assign(**{PROPERTY: each.name}, **labels)
        )
    return pd.concat(tables, ignore_index=True)


def _class_of(property: RockProperty, several: bool) -> dict[str, str]:
    """Return the class that a label stands for, text -> class."""
    return {f"{property.name}: {name}" if several else name: name for name in property.classes}
