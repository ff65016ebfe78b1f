"""Atomic checkpoint writing."""

from __future__ import annotations

import io
import os
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from napari_rocks2net.atomic_write import atomic_write


class WholeCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside its place and renames it.

    Lightning's own writes it to the system's temporary folder and moves it. Where that is another disk the
    move is a copy, and a process killed meanwhile leaves half a checkpoint in place of the last one.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any = None
    ) -> None:
        """Write a checkpoint; ``storage_options`` are for remote storage and not used."""
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        atomic_write(os.fspath(path), buffer.getvalue())
