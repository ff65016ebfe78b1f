"""Place of image layers: where they lie now, and what lies on them goes with them."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary, ref

from napari.layers import Layer
from psygnal import Signal

from napari_rocks2net.plugin.layers.transforms import PLACE_EVENTS, LayerTransform, set_transform


class LayerPlace:
    """Where a layer lies, or lay last before it was deleted.

    Signals
    -------
    moved : ()
        The layer has another transform, or another unit, than before.
    """

    moved = Signal()

    def __init__(self, layer: Layer) -> None:
        self._layer = ref(layer)
        self.transform = LayerTransform.of(layer)
        for name in PLACE_EVENTS:
            getattr(layer.events, name).connect(self._layer_moved)

    def _layer_moved(self, event: object = None) -> None:
        if (layer := self._layer()) is not None:
            self.transform = LayerTransform.of(layer)
            self.moved.emit()


class _Follower:
    """Keeps a layer of ours on an image."""

    def __init__(self, layer: Layer, place: LayerPlace, transform: Callable[[], LayerTransform]) -> None:
        self._layer, self._place, self._transform = ref(layer), place, transform
        self._placed = transform()
        self._place.moved.connect(self._follow)

    def _follow(self) -> None:
        layer = self._layer()
        # A person who has moved it wants it where it is.
        if layer is None or not LayerTransform.of(layer).same_as(self._placed):
            return
        self._placed = self._transform()
        set_transform(layer, self._placed)


_PLACES: WeakKeyDictionary[Layer, LayerPlace] = WeakKeyDictionary()
_FOLLOWERS: WeakKeyDictionary[Layer, _Follower] = WeakKeyDictionary()


def place_of(layer: Layer) -> LayerPlace:
    """Return the place of a layer, one and the same for all that lies on it."""
    # Plugins get napari's objects in a wrapper, which nothing holds.
    layer = getattr(layer, "__wrapped__", layer)
    if layer not in _PLACES:
        _PLACES[layer] = LayerPlace(layer)
    return _PLACES[layer]


def lie_on(layer: Layer, place: LayerPlace, transform: Callable[[], LayerTransform]) -> None:
    """Let a layer of ours go with the image that it lies on, when that is moved, scaled or turned.

    Parameters
    ----------
    layer : napari.layers.Layer
        Where `transform` puts it now.
    place : LayerPlace
        Of the image.
    transform : callable
        Returns the layer's transform for where the image lies by then; it may not hold the layer.
    """
    _FOLLOWERS[getattr(layer, "__wrapped__", layer)] = _Follower(layer, place, transform)
