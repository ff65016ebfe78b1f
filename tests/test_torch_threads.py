"""How many threads torch has is set for one thread of Python alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from napari_rocks2net.torch_threads import torch_threads


def in_a_new_thread() -> int:
    """Return how many torch has in a thread that begins now."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


@pytest.mark.parametrize("count", [1, 3, None])
def test_other_threads_keep_theirs(count: int | None) -> None:
    before, elsewhere = torch.get_num_threads(), in_a_new_thread()
    with torch_threads(count):
        assert torch.get_num_threads() == (count or before)
        assert in_a_new_thread() == elsewhere
    assert (torch.get_num_threads(), in_a_new_thread()) == (before, elsewhere)


def test_uses_that_overlap_leave_nothing_behind() -> None:
    before = in_a_new_thread()
    both_run, first_is_over = threading.Barrier(2), threading.Event()

    def use(count: int, last: bool) -> tuple[int, int]:
        with torch_threads(count):
            both_run.wait(60)
            if last:
                first_is_over.wait(60)
            meanwhile = torch.get_num_threads()
        if not last:
            first_is_over.set()
        return meanwhile, torch.get_num_threads()

    with ThreadPoolExecutor(2) as pool:
        uses = [pool.submit(use, count, last) for count, last in ((before + 1, False), (before + 2, True))]
        assert [each.result() for each in uses] == [(before + 1, before), (before + 2, before)]
    assert in_a_new_thread() == before
