from .segmenter import SamEmbedding, SamSegmenter
from .settings import SamSettings

__all__ = ["SamEmbedding", "SamSegmenter", "SamSettings"]
