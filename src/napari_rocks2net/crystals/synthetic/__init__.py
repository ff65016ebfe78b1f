"""Synthetic SEM images with their truth: for tests, samples and benchmarks."""

from napari_rocks2net.crystals.synthetic.rendering import CRYSTAL_CLASSES, SemImage, draw_sem_image

__all__ = ["CRYSTAL_CLASSES", "SemImage", "draw_sem_image"]
