"""Missing extra: the error of an optional library that is not installed."""

from __future__ import annotations


class MissingExtraError(ImportError):
    """Error of a missing library that an optional extra of the package brings.

    Parameters
    ----------
    what : str
        What was asked for, such as "darknet53".
    library, extra : str
        What is missing, and the extra that brings it.
    """

    def __init__(self, feature: str, library: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs {library}, which is not installed: pip install 'napari-rocks2net[{extra}]'."
        )
