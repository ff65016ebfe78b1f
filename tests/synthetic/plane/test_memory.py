"""Freed memory is kept for the next array where the allocator would give it back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import numpy as np
from napari_rocks2net.synthetic.plane.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def come_and_go():
    for _ in range(8):
        blocks = [np.ones(3 << 20, dtype=np.uint8) for _ in range(6)]
        del blocks
come_and_go()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
come_and_go()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have their own ways")
def test_arrays_that_come_and_go_cost_no_faults():
    kept, given_back = (
        int(subprocess.check_output([sys.executable, "-c", FAULTS, how])) for how in ("keep", "give")
    )
    assert 10 * kept < given_back
