"""Our widgets share one place beside the canvas, so that a laptop's screen holds them."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QApplication, QDockWidget

from napari_rocks2net.plugin.commands import open_annotate_widget, open_classify_widget, open_train_widget


def docks_of(viewer: Any) -> list[Any]:
    """Return the docks of our widgets."""
    docks = viewer.window._qt_window.findChildren(QDockWidget)
    return [each for each in docks if "(napari-rocks2net)" in each.windowTitle()]


def test_widgets_are_tabs_of_one_place_and_the_window_keeps_its_size(
    make_napari_viewer: Any, qtbot: Any
) -> None:
    viewer = make_napari_viewer(show=True)
    window = viewer.window._qt_window
    window.resize(1280, 720)
    annotate = open_annotate_widget(viewer)
    others = []
    for number, open_widget in enumerate((open_train_widget, open_classify_widget), start=1):
        others.append(open_widget(viewer))
        qtbot.waitUntil(lambda number=number: len(window.tabifiedDockWidgets(docks_of(viewer)[0])) == number)
        qtbot.waitUntil(lambda: (window.width(), window.height()) == (1280, 720))
    qtbot.waitUntil(lambda: not others[-1].visibleRegion().isEmpty())
    qtbot.waitUntil(annotate.visibleRegion().isEmpty)
    assert open_annotate_widget(viewer) is annotate
    qtbot.waitUntil(lambda: not annotate.visibleRegion().isEmpty())
    for widget in others:
        widget.close_jobs()
    annotate.close_jobs()


def test_a_widget_that_a_person_took_out_stays_where_it_is(make_napari_viewer: Any, qtbot: Any) -> None:
    viewer = make_napari_viewer(show=True)
    annotate = open_annotate_widget(viewer)
    [dock] = docks_of(viewer)
    dock.setFloating(True)
    train = open_train_widget(viewer)
    qtbot.waitUntil(lambda: not train.visibleRegion().isEmpty())
    QApplication.processEvents()
    assert dock.isFloating()
    assert not annotate.visibleRegion().isEmpty()
    train.close_jobs()
    annotate.close_jobs()
