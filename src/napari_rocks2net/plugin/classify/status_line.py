"""Status line of a viewer, which what outlives the viewer may still write to."""

from __future__ import annotations

from weakref import ref

import napari


class StatusLine:
    """Shows sentences at the bottom of a viewer, as long as it is there."""

    def __init__(self, viewer: napari.Viewer) -> None:
        self._viewer = ref(viewer)

    def show(self, text: str) -> None:
        """Show a sentence."""
        if (viewer := self._viewer()) is not None:
            viewer.status = text
