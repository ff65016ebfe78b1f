from .rendering import CRYSTAL_CLASSES, draw_sem_image
from .scene import SemImage

__all__ = ["CRYSTAL_CLASSES", "SemImage", "draw_sem_image"]
