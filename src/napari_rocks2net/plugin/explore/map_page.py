"""Map page: the photos of the collection as points, alike ones close together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QLabel

from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.explain.collection_map import CollectionMap, map_collection
from napari_rocks2net.plugin.explore.explore_page import ExplorePage
from napari_rocks2net.plugin.explore.label_menu import Annotators, LabelMenu
from napari_rocks2net.plugin.explore.lasso_plot import LassoPlot
from napari_rocks2net.plugin.look.controls import button, choice, column, row, sentence
from napari_rocks2net.plugin.look.name_column import distinct_ends
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.look.thumbnails import Thumbnail, Thumbnails
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation import ImageKey

BY_LABEL, BY_PREDICTION = "By label", "By prediction"
MOST_SHOWN = 200
TIP = "Draw around points to choose photos; click one to see it. The wheel zooms, the right button moves."


class MapPage(ExplorePage):
    """Maps the collection; what is chosen here is chosen in Annotate, and the other way round."""

    def __init__(self, theme: PlotTheme, annotator: Annotators) -> None:
        super().__init__(annotator)
        self.shown: CollectionMap | None = None
        self.picked: list[ImageKey] = []
        self.draw = button("Map", "Describe the photos, once ever, and lay them out.", self.map)
        self.projection = choice("PCA", "t-SNE", tip="PCA keeps distances; t-SNE and UMAP keep neighbours.")
        self.colour = choice(BY_LABEL, BY_PREDICTION, tip="What the points' colours say.")
        self.plot, self.legend = LassoPlot(theme), sentence()
        self.plot.setToolTip(TIP)
        self.labels = LabelMenu(annotator, lambda: self.picked, self.message.emit)
        self.count = QLabel()
        self.strip = Thumbnails("The chosen photos; click one to see it in Annotate.", one_row=True)
        controls = row(self.draw, self.projection, self.colour)
        chosen = row(self.count, None, self.labels.button)
        column(self, controls, self.jobs, self.plot, self.legend, chosen, self.strip, roomiest=self.plot)
        self.colour.currentTextChanged.connect(lambda _: self.show_state())
        self.plot.lassoed.connect(self._lassoed)
        self.plot.clicked.connect(lambda number: self._open(number))
        self.strip.opened.connect(self.opened)
        self.show_state()

    def map(self) -> None:
        """Map the open collection."""
        annotator = self._annotator()
        if annotator is None or annotator.collection is None:
            self.message.emit("Open a collection in Annotate first.")
            return
        collection, projection = annotator.collection, self.projection.currentText()
        photo_cache = self.photo_cache
        self.jobs.run(lambda: map_collection(photo_cache, collection, projection), self._show)

    def refresh(self) -> None:
        """Show whether there is anything to map."""
        from napari_rocks2net.explain import projections

        installed = projections()
        if self.projection.count() < len(installed):
            self.projection.addItems(installed[self.projection.count() :])
        self.draw.setEnabled(self._annotator() is not None)
        self.show_state()

    def show_state(self) -> None:
        """Show labels, predictions, choice and current photo as they are now."""
        annotator, current_map = self._annotator(), self.shown
        keys = current_map.keys if current_map is not None and annotator is not None else []
        picked = set(annotator.selected or self.picked) if annotator is not None else set()
        self.picked = [key for key in keys if key in picked]
        if current_map is None or annotator is None:
            self.legend.setText("")
        else:
            classes = self._classes(annotator, keys)
            colours = dict(zip(*self._palette(annotator), strict=True))
            numbers = [number for number, key in enumerate(keys) if key in picked]
            current = keys.index(annotator.current) if annotator.current in keys else None
            points = [colours.get(name or "", NO_CLASS_COLOUR) for name in classes]
            self.plot.paint_points(points, numbers, current)
            self.legend.setText(_legend(colours, classes, self.colour.currentText()))
        self._show_strip()

    def _show(self, collection_map: CollectionMap) -> None:
        self.shown, self.picked = collection_map, []
        photos = collection_map.described.photos
        self.plot.show_points(collection_map.places, [each.photo.name for each in photos])
        self.show_state()
        count = count_of(len(photos), collection_map.noun)
        text = f"{count} by {collection_map.projection}, by texture and colour. {TIP}"
        self.message.emit(text + collection_map.described.note)

    def _classes(self, annotator: Any, keys: list[ImageKey]) -> list[str | None]:
        """Return the class of each photo that its colour stands for."""
        if self.colour.currentText() == BY_PREDICTION:
            answers = [annotator.suggestion(key) for key in keys]
            return [answer.label if answer is not None else None for answer in answers]
        images = [annotator.image(key) for key in keys]
        return [image.labels.get(annotator.property_name) if image is not None else None for image in images]

    def _palette(self, annotator: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        vocabulary = annotator.vocabulary
        return (vocabulary.classes, vocabulary.colours) if vocabulary is not None else ((), ())

    def _lassoed(self, numbers: list[int]) -> None:
        if self.shown is None:
            return
        keys = [self.shown.keys[number] for number in numbers]
        if not keys:
            self.message.emit("No point lies inside of the line.")
            return
        self.picked = keys
        self.chosen.emit(keys)
        self.show_state()

    def _open(self, number: int) -> None:
        if self.shown is not None:
            self.opened.emit(self.shown.keys[number])

    def _show_strip(self) -> None:
        photos = self.shown.described.photos if self.shown is not None else ()
        picked = set(self.picked)
        chosen = [each for each in photos if each.photo.key in picked]
        noun = self.shown.noun if self.shown is not None else "photo"
        self.count.setText(f"{count_of(len(chosen), noun)} chosen" if chosen else "")
        self.labels.button.setEnabled(bool(chosen))
        self.strip.setVisible(bool(chosen))
        del chosen[MOST_SHOWN:]
        if self.strip.subjects() != [each.photo.key for each in chosen]:
            names = distinct_ends([each.photo.name for each in chosen])
            self.strip.show_thumbnails(
                [
                    Thumbnail(each.thumbnail, name, str(each.photo.key.file), each.photo.key)
                    for each, name in zip(chosen, names, strict=True)
                ]
            )


def _legend(colours: Mapping[str, str], classes: list[str | None], title: str) -> str:
    """Return the classes that occur in their colours, as rich text, and how many have none."""
    parts = [
        f'<span style="color:{colour}">●</span> {name} ({classes.count(name)})'
        for name, colour in colours.items()
        if name in classes
    ]
    if none := sum(name not in colours for name in classes):
        missing = "no label" if title == BY_LABEL else "no prediction"
        parts.append(f'<span style="color:{NO_CLASS_COLOUR}">●</span> {missing} ({none})')
    return " &nbsp; ".join(parts)
