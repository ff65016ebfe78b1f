"""Errors of the networks."""


class PretrainedWeightsError(RuntimeError):
    """ImageNet weights were asked for and cannot be had."""


def not_downloaded(name: str, reason: object) -> PretrainedWeightsError:
    """Return the error for ImageNet weights that could not be downloaded.

    Parameters
    ----------
    name : str
        The network that they are of.
    reason : object
        Why not.
    """
    return PretrainedWeightsError(
        f"The ImageNet weights of {name} could not be downloaded ({reason}); connect to the internet once, "
        "or start without them (--start-from random)."
    )
