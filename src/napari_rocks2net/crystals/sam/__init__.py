"""Crystals by a Segment Anything Model: its automatic masks as a label image."""

from napari_rocks2net.crystals.sam.segmenter import SamEmbedding, SamSegmenter
from napari_rocks2net.crystals.sam.settings import SamSettings

__all__ = ["SamEmbedding", "SamSegmenter", "SamSettings"]
