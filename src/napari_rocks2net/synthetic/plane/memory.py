"""Memory of the process, which large arrays take and give back many times a section."""

from __future__ import annotations

from functools import cache

import numpy as np

_LARGEST_BLOCK_BYTES = 31 << 20


@cache
def keep_freed_memory() -> None:
    """Let the allocator keep up to 64 MB of freed memory for the next array.

    Notes
    -----
    glibc gives large blocks back to the system as soon as they are freed, so that each page of the next
    array costs a fault: about 5 per cent of the time of a section. What is large follows the largest
    block freed so far, up to 32 MB (mallopt(3), M_MMAP_THRESHOLD); this frees one that was never
    written to. Other allocators have their own ways and lose nothing.
    """
    np.empty(_LARGEST_BLOCK_BYTES, dtype=np.uint8)
