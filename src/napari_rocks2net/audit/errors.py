"""Errors of audits."""

from __future__ import annotations

from collections.abc import Sized


class AuditError(ValueError):
    """Labels that cannot be audited: the message says why and what to do."""


def require_as_many(**parts: Sized) -> int:
    """Return the common length of what describes the same photos.

    Raises
    ------
    AuditError
        When their lengths differ, or when they are empty.
    """
    lengths = {name: len(part) for name, part in parts.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise AuditError(f"There are {counts}: pass one of each for every photo.")
    length = next(iter(lengths.values()))
    if not length:
        raise AuditError("There are no photos: pass labelled ones.")
    return length
