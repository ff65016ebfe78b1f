"""Packed model: a loaded model on its way to another machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from napari_rocks2net.classify.backend_choices import RunningBackend
from napari_rocks2net.classify.device import choose_device
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.model_file import load_model


@dataclass(frozen=True)
class PackedModel:
    """A model file, and how the model is run."""

    file: bytes  # Of a model file.
    device: str  # For `choose_device`, there.
    tta: bool  # Whether it answers by the mean over turns and mirrors.
    backend: RunningBackend  # What runs it where the device is a CPU.
    fingerprint: str | None  # Of the file that it was loaded from.

    @classmethod
    def of(cls, model: LoadedModel) -> Self:
        """Pack a model; where it goes, it runs on the device that was asked for here."""
        return cls(model.to_bytes(), model.requested_device, model.tta, model.backend, model.file_fingerprint)

    def load(self) -> LoadedModel:
        """Return the model, ready to run on this machine.

        Raises
        ------
        ModelFileError, DeviceError, ExportError, MissingExtraError
            When it cannot be used here.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder, "model.safetensors")
            path.write_bytes(self.file)
            network, card = load_model(path)
        on_cpu = choose_device(self.device).device.type == "cpu"
        backend = self.backend if on_cpu else "torch"
        return LoadedModel(
            network, card, self.device, tta=self.tta, backend=backend, fingerprint=self.fingerprint
        )
