"""What models say about the images of a collection, read off the Classify widget's result layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.suggestion import Suggestion, Suggestions
from napari_rocks2net.plugin.layers.result_layers import MARK, PREDICTIONS, is_result

if TYPE_CHECKING:
    from napari.layers import Layer


def suggestions_from_layers(layers: Iterable[Layer], links: Mapping[str, Sequence[ImageKey]]) -> Suggestions:
    """Read every prediction about an image that is a file.

    Parameters
    ----------
    layers : iterable of napari.layers.Layer
        Only the `predictions` layers of our own runs are read; of several answers the last counts.
    links : dict
        The images of layers without a file, by the layer's unique id.

    Returns
    -------
    dict
        (image, property) -> Suggestion.
    """
    found: Suggestions = {}
    for layer in layers:
        if is_result(layer) and layer.metadata[MARK].get("kind") == PREDICTIONS:
            found |= dict(_of_layer(layer, links))
    return found


def _of_layer(
    layer: Layer, links: Mapping[str, Sequence[ImageKey]]
) -> Iterator[tuple[tuple[ImageKey, str], Suggestion]]:
    columns = ("row", "plane", "property", "label", "probability")
    for number, plane, rock_property, label, probability in zip(
        *(layer.features[name] for name in columns), strict=True
    ):
        key = _key(layer.metadata[MARK], int(number), str(plane), links)
        if key is not None:
            yield (key, str(rock_property)), Suggestion(str(label), float(probability))


def _key(
    mark: dict[str, Any], number: int, plane: str, links: Mapping[str, Sequence[ImageKey]]
) -> ImageKey | None:
    """Return the image that a line is about; shapes that a person drew are about none."""
    if origin := mark.get("origins", {}).get(number):
        return ImageKey.of(*origin)
    index = tuple(int(part) for part in plane.split(",") if part.strip())
    linked = links.get(mark["sources"].get(number, ""), ())
    return next((key for key in linked if key.plane == index), None)
