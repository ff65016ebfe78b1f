"""Streams of an answer, global and local, side by side in a sentence."""

from __future__ import annotations

from napari_rocks2net.classify.prediction import Prediction
from napari_rocks2net.wording import percent


def streams_sentence(prediction: Prediction) -> str:
    """Return the answers of the whole photo and of the critical area, each by itself; "" for one stream."""
    whole, local = prediction.global_probabilities, prediction.local_probabilities
    if not whole or not local:
        return ""
    global_class, local_class = max(whole, key=whole.__getitem__), max(local, key=local.__getitem__)
    if global_class == local_class:
        return (
            f"Whole photo and critical area agree: {global_class} ({percent(whole[global_class])} and "
            f"{percent(local[global_class])})."
        )
    return (
        f"They disagree: the whole photo says {global_class} ({percent(whole[global_class])}), the critical "
        f"area {local_class} ({percent(local[local_class])}); the answer is the mean of both."
    )
