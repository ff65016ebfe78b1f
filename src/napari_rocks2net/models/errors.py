"""Errors of the networks."""


class PretrainedWeightsError(RuntimeError):
    """ImageNet weights were asked for and cannot be had."""
