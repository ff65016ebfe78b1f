"""Connection to a Dask scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from napari_rocks2net.cluster.errors import ClusterError
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.wording import first_line

if TYPE_CHECKING:
    from distributed import Client

SECONDS_TO_ANSWER = 10


@contextmanager
def connect(scheduler: str) -> Iterator[Client]:
    """Connect to a scheduler.

    Yields
    ------
    distributed.Client
        Closed at the end; the cluster goes on.

    Raises
    ------
    ClusterError
        When none answers within ten seconds.
    MissingExtraError
        When Dask's scheduler is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("A cluster", "distributed (Dask's scheduler)", "distributed") from error
    try:
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {scheduler} ({first_line(error):.200}): start one by "
            "'dask scheduler', and give the address that it prints, such as tcp://10.0.0.1:8786."
        ) from error
    with client:
        yield client
