"""predictions.csv of a run folder: what the best epoch said about every sample set aside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.training.run_folder import RunFolder

TEXT_COLUMNS = ("file", "region", "group", "split", "true_label", "label")


def predictions_of(
    rows: pd.DataFrame, probabilities: npt.NDArray[np.float64], classes: tuple[str, ...]
) -> pd.DataFrame:
    """Put the samples of one part beside what the network says about them.

    Parameters
    ----------
    rows : pandas.DataFrame
        N samples with the columns file, label, group, split and optionally region.
    probabilities : numpy.ndarray
        (N, C) float64, each row adds up to 1.
    classes : tuple of str
        (C,) class names in the order of the columns.

    Returns
    -------
    pandas.DataFrame
        N rows: ``file, region, group, split, true_label, label`` (text), ``probability`` of the label
        (0..1), ``correct`` (bool) and one ``p_<class>`` for each class.
    """
    table = rows[["file", "group", "split"]].reset_index(drop=True)
    table.insert(1, "region", rows["region"].tolist() if "region" in rows else [""] * len(rows))
    table["true_label"] = rows["label"].tolist()
    table["label"] = [classes[index] for index in probabilities.argmax(axis=1)]
    table["probability"] = probabilities.max(axis=1)
    table["correct"] = table["label"] == table["true_label"]
    shares = pd.DataFrame(probabilities, columns=[f"p_{name}" for name in classes])
    return pd.concat([table, shares], axis=1)


def read_predictions(folder: str | Path) -> pd.DataFrame:
    """Read predictions.csv of a run folder; see `predictions_of` for its columns.

    Raises
    ------
    FileNotFoundError
        If the run has none: it is unfinished, or was made by a version that wrote none.
    """
    path = RunFolder(Path(folder)).predictions
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} holds no {path.name}; finish the training with 'Continue' or repeat the run."
        )
    texts = dict.fromkeys(TEXT_COLUMNS, str)
    return pd.read_csv(path, dtype=texts, keep_default_na=False, na_values={"probability": [""]})
