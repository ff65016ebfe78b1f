from .fitting import FittedProbe, fit_probe
from .regression import FittedRegression, fit_regression

__all__ = ["FittedProbe", "FittedRegression", "fit_probe", "fit_regression"]
