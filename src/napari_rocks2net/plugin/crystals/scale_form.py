"""Scale form: the pixel size of an SEM image, and its info bar."""

from __future__ import annotations

from collections.abc import Callable

import napari
from napari.layers import Image
from qtpy.QtWidgets import QCheckBox

from napari_rocks2net.plugin.look.forms import form
from napari_rocks2net.plugin.look.section_scale import SectionScale

FINDING = "looking ..."
INFO_BAR_TIP = "The instrument's band with magnification and scale is no part of the picture."


class ScaleForm(SectionScale):
    """Fields for the pixel size and for the info bar; `changed` tells of the use of that, too."""

    def __init__(self, viewer: napari.Viewer, image: Callable[[], Image | None]) -> None:
        super().__init__(viewer, image)
        self.crop = QCheckBox(FINDING)
        self.crop.setChecked(True)
        self.crop.toggled.connect(lambda _: self.changed.emit())
        self.lines.addLayout(form({"Info bar": (self.crop, INFO_BAR_TIP)}))

    def show_info_bar(self, rows: tuple[int, int] | None, height: int) -> None:
        """Show which rows of an image the picture is; None while that is not known."""
        if rows is None:
            self.crop.setText(FINDING)
            return
        first, last = rows
        excluded = [f"the upper {first}"] * (first > 0) + [f"the lower {height - last}"] * (last < height)
        self.crop.setEnabled(bool(excluded))
        self.crop.setText(f"Leave out {' and '.join(excluded)} rows" if excluded else "None was found")
