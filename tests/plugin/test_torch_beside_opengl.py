"""Importing torch after napari has drawn something must not end the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
