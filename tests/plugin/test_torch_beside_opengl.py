"""Importing torch after napari has drawn something must not end the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from napari_rocks2net.training import TrainingConfig, runner

SCRIPT = """
import sys, threading
import napari, numpy as np
from qtpy.QtWidgets import QApplication
viewer = napari.Viewer()
viewer.add_image(np.zeros((40, 50)))
for _ in range(30):
    QApplication.processEvents()
assert "torch" not in sys.modules
before = sys.getdlopenflags()

def load():
    from napari_rocks2net import RockClassifier

thread = threading.Thread(target=load)
thread.start()
thread.join()
assert sys.getdlopenflags() == before
viewer.close()
print("alive")
"""


@pytest.mark.slow
def test_torchvision_can_be_imported_in_a_thread_after_drawing() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("alive"), (done.returncode, done.stderr[-2000:])


class PreparedError(Exception):
    """Ends a training where torch would be imported."""


def test_a_training_in_the_process_of_a_viewer_prepares_for_torch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def prepare() -> None:
        raise PreparedError

    monkeypatch.setattr(runner, "prepare_torch_import", prepare)
    for step in ("readable_samples", "ensure_split"):
        monkeypatch.setattr(runner, step, lambda samples, *_: samples)
    for model in ("probe", "rocks2net"):
        with pytest.raises(PreparedError):
            runner.train(TrainingConfig(model=model, output=tmp_path), samples=None)


LIBRARIES = """
import sys
from napari_rocks2net.torch_beside_opengl import prepare_torch_import
prepare_torch_import()
assert "torch" not in sys.modules
print("libtorch_cpu" in open("/proc/self/maps").read())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="where libraries are loaded so")
def test_torch_s_libraries_are_loaded_before_python_imports_it() -> None:
    """With a foreign function, which leaves the other threads their turns."""
    done = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr[-2000:]
