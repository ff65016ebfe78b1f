from __future__ import annotations

import logging
import warnings

import pytest

from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import train
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


def test_turns_change_what_is_measured_and_not_what_is_learned(
    labels_csv, tiny_config, tiny_network, tmp_path
):
    samples = load_samples(labels_csv, property="rock", group="section")
    upright, turned = (
        train(tiny_config(epochs=1, tta=tta, output=tmp_path / str(tta)), samples) for tta in (False, True)
    )
    assert (upright.metrics["tta"], turned.metrics["tta"]) == (False, True)
    assert turned.history["train_loss"].tolist() == upright.history["train_loss"].tolist()
    once, mean = (run.predictions.filter(like="p_").to_numpy() for run in (upright, turned))
    assert mean.sum(axis=1) == pytest.approx(1)
    assert abs(mean - once).max() > 1e-4
    assert train(tiny_config(epochs=1, resume=True, output=tmp_path / "True"), samples).metrics
