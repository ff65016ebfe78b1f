from .morphology import measure_crystals, unit_of

__all__ = ["measure_crystals", "unit_of"]
