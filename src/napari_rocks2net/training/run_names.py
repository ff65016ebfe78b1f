"""Names of new run folders."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import count
from pathlib import Path


def new_run_folder(parent: Path, property: str, model: str, now: datetime | None = None) -> Path:
    """Return a folder that is not there yet, such as ``lithology rocks2net 2026-05-04 13.30``.

    Parameters
    ----------
    parent : Path
        The folder of all runs.
    property, model : str
        What is trained; letters that a file name cannot hold become "_".
    now : datetime, optional
        The time of the run, by default the present.
    """
    time = (now or datetime.now()).strftime("%Y-%m-%d %H.%M")
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", f"{property} {model} {time}")
    if not (parent / name).exists():
        return parent / name
    return next(parent / f"{name} {n}" for n in count(2) if not (parent / f"{name} {n}").exists())
