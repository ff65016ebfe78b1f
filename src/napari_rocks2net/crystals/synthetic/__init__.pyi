from .agglomerates import draw_agglomerates
from .rendering import CRYSTAL_CLASSES, draw_sem_image
from .scene import SemImage

__all__ = ["CRYSTAL_CLASSES", "SemImage", "draw_agglomerates", "draw_sem_image"]
