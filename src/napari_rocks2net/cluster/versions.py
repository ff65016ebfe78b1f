"""Versions of the libraries that answers depend on, here and on workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from napari_rocks2net.cluster.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

Versions = Mapping[str, str | None]


def installed_versions() -> Versions:
    """Return the versions that must be the same: of the program, of what decodes, resizes and computes."""
    return _version_reader()()


def require_same_versions(client: Client) -> None:
    """Refuse workers whose answers would not be those of this computer.

    Parameters
    ----------
    client : distributed.Client
        Of a cluster, with workers or still without.

    Raises
    ------
    ClusterError
        Naming the first worker and the library that differs.
    """
    for address, versions in client.run(_version_reader()).items():
        compare_versions(installed_versions(), versions, address)


def compare_versions(own: Versions, remote: Versions, worker: str) -> None:
    """Refuse a worker with other versions.

    Parameters
    ----------
    own, remote : mapping of str to str or None
        Of `installed_versions`, on the computer that asks and on the worker.
    worker : str
        Its address, for the message.

    Raises
    ------
    ClusterError
        Naming the library that differs.
    """
    for name, version in own.items():
        if remote.get(name) != version:
            has = f"has {name} {remote[name]}" if remote.get(name) else f"has no {name}"
            raise ClusterError(
                f"The worker {worker} {has}, and the computer that asks {version}: answers would differ; "
                "install the same versions on all machines."
            )


def _version_reader() -> Callable[[], dict[str, str | None]]:
    # A function within a function is sent as it is, so that it runs where this package is not installed.
    def versions() -> dict[str, str | None]:
        """Return the version of each library, None where it is missing."""
        from importlib import metadata

        # What follows the plus names the build: for a CPU or a GPU.
        names = ("napari-rocks2net", "torch", "torchvision", "pillow")
        sets = {name: list(metadata.distributions(name=name)) for name in names}
        return {name: each[0].version.partition("+")[0] if each else None for name, each in sets.items()}

    return versions
