"""Settings of a computation: what a field says is checked, documented and read by forms and commands."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from napari_rocks2net.settings import Settings, document_settings, setting, settings_of


@document_settings
@dataclass(frozen=True)
class Polishing(Settings, panel="Polish", error=ArithmeticError):
    """Settings of a polish."""

    grains: int | None = setting(None, "Grains to polish.", within=(1, None), when_none="by the section")
    share: float = setting(0.5, "How much.", label="Share of the section", within=(0, 1))
    cloth: Literal["wool", "silk"] = setting("silk", "The cloth.", choices={"wool": "Wool, coarse"})
    oil: str = setting("none", "The oil.", choices=("none", "linseed"))


@pytest.mark.parametrize("values", [{}, {"grains": 1}, {"share": 1}, {"cloth": "wool"}, {"oil": "any other"}])
def test_values_within_their_range_are_taken(values: dict[str, Any]) -> None:
    assert vars(Polishing(**values)) == vars(Polishing()) | values


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"grains": 0}, "grains is 0: pass a whole number of at least 1"),
        ({"grains": 2.5}, "grains is 2.5: pass a whole number"),
        ({"grains": True}, "grains is True"),
        ({"share": 1.1}, "share is 1.1: pass a number from 0 to 1"),
        ({"share": math.nan}, "share is nan"),
        ({"share": None}, "share is None"),
        ({"share": "half"}, "share is 'half'"),
        ({"cloth": "felt"}, "cloth is 'felt': pass one of wool, silk"),
    ],
)
def test_a_value_out_of_its_range_is_named(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ArithmeticError, match=sentence):
        Polishing(**values)


def test_labels_and_choices_follow_from_the_field() -> None:
    settings = settings_of(Polishing)
    assert [each.label for each in settings.values()] == ["Grains", "Share of the section", "Cloth", "Oil"]
    assert settings["cloth"].choices == {"wool": "Wool, coarse", "silk": "silk"}
    assert (settings["grains"].type, settings["grains"].default) == (int, None)


def test_the_docstring_lists_the_fields_before_the_errors() -> None:
    text = Polishing.__doc__ or ""
    assert text.index("Parameters\n") < text.index("grains : int, optional") < text.index("Raises\n")
    assert "How much. A number from 0 to 1." in text
    assert "ArithmeticError" in text


def test_all_fields_are_in_the_panel_of_their_class() -> None:
    assert {each.panel for each in settings_of(Polishing).values()} == {"Polish"}


def test_settings_classes_load_without_slow_libraries() -> None:
    code = (
        "import sys\n"
        "from napari_rocks2net.training import TrainingConfig\n"
        "from napari_rocks2net.crystals import CropSettings, SamSettings, SegmentationSettings\n"
        "SamSettings(), SegmentationSettings(), CropSettings()\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'pandas', 'scipy', 'skimage', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
