from __future__ import annotations

import logging
import warnings

import pytest

from napari_rocks2net.training.fitting import quiet_lightning


def test_lightning_is_silent_inside_and_as_before_outside(caplog):
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    with quiet_lightning():
        logger.warning("a tip")
        warnings.warn_explicit("advice", UserWarning, "x.py", 1, module="lightning.pytorch.trainer")
    assert "a tip" not in caplog.text
    assert logger.level == before


def test_it_is_as_before_after_an_error_too():
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    with pytest.raises(ZeroDivisionError), quiet_lightning():
        _ = 1 / 0
    assert logger.level == before


def test_warnings_of_others_are_heard():
    with pytest.warns(UserWarning, match="mine"), quiet_lightning():
        warnings.warn("mine", UserWarning, stacklevel=1)
