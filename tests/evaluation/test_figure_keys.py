"""Keys of figures: each stands in one place, and none in two meanings."""

from __future__ import annotations

from tests.source_texts import files_with, subscripts_of

from napari_rocks2net.evaluation import figure_keys as keys

# Those that are no words of other things.
OWN_KEYS = {
    *(keys.ACCURACY_INTERVAL, keys.BALANCED_ACCURACY, keys.CALIBRATION_ERROR, keys.LOG_LOSS),
    *(keys.CONFUSION_MATRIX, keys.REPORTED_ON, keys.MEASURED_ON, keys.BEST_EPOCH, keys.FITTED_ON),
    *(keys.STANDARD_DEVIATION, keys.ACCURACY_LOW, keys.ACCURACY_HIGH, keys.GAIN_LOW, keys.GAIN_HIGH),
    *(keys.IMAGES_PER_SECOND, keys.TRAINING_SECONDS),
}
LOOKED_UP = {keys.ACCURACY, keys.PER_CLASS, keys.CALIBRATION, keys.RELIABILITY, keys.SUPPORT, keys.STOPPED}


def test_keys_of_figures_stand_in_one_file() -> None:
    assert not files_with(OWN_KEYS, keys.__file__)


def test_no_figure_is_looked_up_by_a_text() -> None:
    repeated = files_with(LOOKED_UP, keys.__file__, subscripts_of)
    # Options of a command, which has a setting of this name.
    assert repeated.pop("cli/synthesize.py") == {keys.PER_CLASS}
    assert not repeated


def test_keys_of_figures_have_names_of_their_own() -> None:
    names = [value for name, value in vars(keys).items() if name.isupper()]
    assert len(set(names)) == len(names)
