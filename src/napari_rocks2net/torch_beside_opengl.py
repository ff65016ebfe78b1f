"""Import torch safely in a process that already draws with OpenGL."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from threading import Lock

_LOCK = Lock()
_CLASHING_LIBRARY = "triton._C.libtriton"


def prepare_torch_import() -> None:
    """Load Triton's library with its own symbols; call it before torch or torchvision is imported.

    Importing torchvision imports Triton, whose library holds a copy of LLVM. Mesa's OpenGL drivers
    have put another version of LLVM into the process by then, and the mixture of the two crashes it.
    With RTLD_DEEPBIND (see dlopen(3)) a library prefers its own symbols. Does nothing where Triton
    is not installed or the system has no such flag.
    """
    flag = getattr(os, "RTLD_DEEPBIND", 0)
    with _LOCK:
        if not flag or _CLASHING_LIBRARY in sys.modules:
            return
        before = sys.getdlopenflags()
        sys.setdlopenflags(os.RTLD_NOW | flag)
        try:
            import_module(_CLASHING_LIBRARY)
        except ImportError:
            return
        finally:
            sys.setdlopenflags(before)
