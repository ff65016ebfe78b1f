"""Import torch safely in a process that already draws with OpenGL, and without stopping its windows."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

_LOCK = Lock()
_CLASHING_LIBRARY = "triton._C.libtriton"
# Of torch, hundreds of megabytes; none of them knows Python. Each needs those before it.
_LARGE_LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so")


def prepare_torch_import() -> None:
    """Load Triton's and torch's libraries; call it before torch or torchvision is imported.

    Importing torchvision imports Triton, whose library holds a copy of LLVM. Mesa's OpenGL drivers
    have put another version of LLVM into the process by then, and the mixture of the two crashes it.
    With RTLD_DEEPBIND (see dlopen(3)) a library prefers its own symbols. Does nothing where Triton
    is not installed or the system has no such flag.

    What torch itself loads, Python would load with its lock held, and no window could move for a second.
    """
    flag = getattr(os, "RTLD_DEEPBIND", 0)
    with _LOCK:
        if not flag or "torch" in sys.modules:
            return
        before = sys.getdlopenflags()
        sys.setdlopenflags(os.RTLD_NOW | flag)
        try:
            import_module(_CLASHING_LIBRARY)
        except ImportError:
            pass
        finally:
            sys.setdlopenflags(before)
        _load_large_libraries()


def _load_large_libraries() -> None:
    """Load libraries of torch by a foreign function, which runs without Python's lock.

    A library that is not there or cannot be loaded is left to torch.
    """
    spec = find_spec("torch")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        system = ctypes.CDLL(None)
        system.dlopen.restype = ctypes.c_void_p
        for library in _LARGE_LIBRARIES:
            path = Path(folder, "lib", library)
            if path.exists():
                system.dlopen(os.fsencode(path), os.RTLD_NOW)
