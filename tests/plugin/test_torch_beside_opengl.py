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
