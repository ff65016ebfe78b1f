"""The probe: a model in seconds from the photos that there are."""

from napari_rocks2net.training.probe.fitting import FittedProbe, fit_probe

__all__ = ["FittedProbe", "fit_probe"]
