"""Both streams of an answer side by side, in a sentence."""

from __future__ import annotations

from napari_rocks2net.classify.prediction import Prediction
from napari_rocks2net.wording import percent


def streams_sentence(prediction: Prediction) -> str:
    """Say what the whole photo and the critical area say, each by itself; empty for one-stream models.

    Parameters
    ----------
    prediction : Prediction
        Of one property.
    """
    whole, local = prediction.global_probabilities, prediction.local_probabilities
    if not whole or not local:
        return ""
    ours, theirs = max(whole, key=whole.__getitem__), max(local, key=local.__getitem__)
    if ours == theirs:
        return (
            f"Whole photo and critical area agree: {ours} ({percent(whole[ours])} and "
            f"{percent(local[ours])})."
        )
    return (
        f"They disagree: the whole photo says {ours} ({percent(whole[ours])}), the critical area {theirs} "
        f"({percent(local[theirs])}); the answer is the mean of both."
    )
