"""Benchmark of several networks on the same splits: which does best, how surely, and at what cost."""

from napari_rocks2net.benchmark.runner import benchmark
from napari_rocks2net.benchmark.runs import BenchmarkError, BenchmarkRunStarted

__all__ = ["BenchmarkError", "BenchmarkRunStarted", "benchmark"]
