from .rendering import CRYSTAL_CLASSES, SemImage, draw_sem_image

__all__ = ["CRYSTAL_CLASSES", "SemImage", "draw_sem_image"]
