"""Batches shrink when memory runs out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from napari_rocks2net.classify.batching import batches, run_halving


def test_batches_cover_everything_in_order() -> None:
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
        RuntimeError("MPS backend out of memory"),
    ],
)
def test_the_order_survives_halving(error: RuntimeError) -> None:
    def doubled(items: Sequence[int]) -> list[int]:
        if len(items) > 3:
            raise error
        return [2 * item for item in items]

    assert run_halving(doubled, list(range(13))) == [2 * item for item in range(13)]


def test_one_image_too_many_says_what_to_do() -> None:
    def never(items: Sequence[int]) -> list[int]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB")

    with pytest.raises(MemoryError, match="choose the device 'cpu'"):
        run_halving(never, [1, 2])


def test_other_errors_pass() -> None:
    def broken(items: Sequence[int]) -> list[int]:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        run_halving(broken, [1, 2])
