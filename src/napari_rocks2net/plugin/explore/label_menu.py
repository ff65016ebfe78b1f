"""Label menu: the classes of the property that is labelled, for photos that were chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from napari_rocks2net.plugin.look.controls import menu_button

if TYPE_CHECKING:
    from qtpy.QtWidgets import QPushButton

    from napari_rocks2net.annotation import ImageKey
    from napari_rocks2net.annotation.annotator import Annotator

Annotators = Callable[[], "Annotator | None"]


class LabelMenu:
    """A button whose menu labels photos in one step, which Ctrl+Z in Annotate takes back.

    Parameters
    ----------
    annotator : callable
        Returns what labels; None where no collection is open.
    chosen : callable
        Returns the images to label.
    show_message : callable
        Takes a sentence for the person.
    regions : callable
        Returns the regions to label, by their images.

    Attributes
    ----------
    button : QPushButton
    """

    def __init__(
        self,
        annotator: Annotators,
        chosen: Callable[[], list[ImageKey]],
        show_message: Callable[[str], None],
        regions: Callable[[], Mapping[ImageKey, list[str]]] = dict,
    ) -> None:
        self._annotator, self._chosen, self._show_message, self._regions = (
            annotator,
            chosen,
            show_message,
            regions,
        )
        self.button: QPushButton = menu_button(
            "Label as", "Label the chosen photos in one step; Annotate can undo it."
        )
        self.button.menu().aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Offer the classes as they are now."""
        menu, annotator = self.button.menu(), self._annotator()
        menu.clear()
        vocabulary = annotator.vocabulary if annotator is not None else None
        for name in vocabulary.classes if vocabulary is not None else ():
            # Qt takes a single & for the mark of a shortcut.
            menu.addAction(name.replace("&", "&&"), partial(self.label, name))
        if menu.isEmpty():
            menu.addAction("No classes yet: add them in Annotate").setEnabled(False)

    def label(self, name: str) -> None:
        """Label the chosen photos."""
        annotator, keys, regions = self._annotator(), self._chosen(), self._regions()
        if annotator is None:
            return
        if not keys and not regions:
            self._show_message("No photo is chosen: draw around points, or click photos.")
            return
        annotator.label_images(keys, name)
        annotator.label_regions(regions, name)
        steps = " in two steps: regions, then photos" if keys and regions else ""
        count = len(keys) + sum(map(len, regions.values()))
        self._show_message(f"{count} labelled {name}; Ctrl+Z in Annotate takes it back{steps}.")
