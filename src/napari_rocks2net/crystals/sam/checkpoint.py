"""SAM checkpoint of the transformers library, from a folder or by its name on the hub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.wording import first_line

if TYPE_CHECKING:
    from torch import Tensor

    from napari_rocks2net.classify import DeviceChoice

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
EXAMPLE = "facebook/sam-vit-base"


@dataclass(frozen=True)
class Embedding:
    """An encoded image; the sizes are heights and widths."""

    values: dict[str, Any]  # What the network's mask decoder takes, on its device.
    shape: tuple[int, int]
    resized: tuple[int, int]  # For the network.
    padded: tuple[int, int]  # The network's input.


class SamNetwork:
    """A network of the family of SAM, with the image processor that belongs to it.

    Parameters
    ----------
    network, processor : object
        What ``AutoModelForMaskGeneration`` and ``AutoImageProcessor`` of transformers load.
    device : DeviceChoice
        Where it runs.
    """

    def __init__(self, network: Any, processor: Any, device: DeviceChoice) -> None:
        self.device = device
        self._network = network.eval().to(device.device)
        self._processor = processor

    def embed(self, rgb: npt.NDArray[np.uint8]) -> Embedding:
        """See `MaskNetwork.embed`."""
        import torch

        inputs = self._processor(images=rgb, return_tensors="pt", input_data_format="channels_last")
        pixels = inputs["pixel_values"].to(self.device.device)
        with torch.inference_mode():
            encoded = self._network.get_image_embeddings(pixels)
        names = ("image_embeddings", "intermediate_embeddings")
        # SAM-HQ returns two things, SAM one tensor and SAM 2 a list of them.
        values = dict(zip(names, encoded, strict=True)) if isinstance(encoded, tuple) else {names[0]: encoded}
        padded = (int(pixels.shape[-2]), int(pixels.shape[-1]))
        resized = inputs.get("reshaped_input_sizes")
        height, width = padded if resized is None else (int(side) for side in resized[0])
        return Embedding(values, (rgb.shape[0], rgb.shape[1]), (height, width), padded)

    def predict(self, embedding: Embedding, points: npt.NDArray[np.float32]) -> tuple[Tensor, Tensor]:
        """See `MaskNetwork.predict`."""
        import torch

        (height, width), (resized_height, resized_width) = embedding.shape, embedding.resized
        scale = np.array([resized_width / width, resized_height / height], np.float32)
        prompts = torch.from_numpy(points * scale)[None, :, None].to(self.device.device)
        with torch.inference_mode():
            output = self._network(
                input_points=prompts,
                input_labels=torch.ones(prompts.shape[:3], dtype=torch.int64, device=prompts.device),
                **embedding.values,
            )
        return output.pred_masks[0].flatten(0, 1).float(), output.iou_scores[0].flatten().float()

    def enlarge(self, logits: Tensor, embedding: Embedding) -> Tensor:
        """See `MaskNetwork.enlarge`."""
        from torch.nn.functional import interpolate

        height, width = embedding.resized
        padded = interpolate(logits[None], embedding.padded, mode="bilinear", align_corners=False)
        image = padded[..., :height, :width]
        return interpolate(image, embedding.shape, mode="bilinear", align_corners=False)[0]


def load_network(checkpoint: str | Path, device: str = "auto", download: bool = False) -> SamNetwork:
    """Return a checkpoint that can generate masks: SAM, SAM 2, SAM-HQ and what transformers adds to them.

    Parameters
    ----------
    checkpoint : str or pathlib.Path
        A folder with config.json, preprocessor_config.json and safetensors weights, or a name on the hub
        such as "facebook/sam-vit-base".
    device : str
        See `napari_rocks2net.classify.choose_device`.
    download : bool
        Whether a name that is not on this computer is fetched from the hub. Code in a checkpoint is never
        run, and weights in pickles are never read.

    Raises
    ------
    MissingExtraError
        When transformers is not installed.
    CrystalError
        When the checkpoint is not there, damaged or another kind of model; the sentence says how to get one.
    DeviceError
        When the device is not there.
    """
    try:
        from transformers import AutoImageProcessor, AutoModelForMaskGeneration
    except ImportError as error:
        raise MissingExtraError("Segmentation by SAM", "transformers", "sam") from error
    from napari_rocks2net.classify import choose_device

    name = _checked(checkpoint)
    chosen = choose_device(device)
    options: dict[str, Any] = {"local_files_only": not download}
    try:
        with _bars(visible=download):
            processor = AutoImageProcessor.from_pretrained(name, **options)
            network = AutoModelForMaskGeneration.from_pretrained(name, use_safetensors=True, **options)
    # transformers meets missing, damaged and foreign checkpoints with errors of many kinds.
    except Exception as error:
        raise CrystalError(_load_error(name, error, download)) from error
    return SamNetwork(network, processor, chosen)


@contextmanager
def _bars(*, visible: bool) -> Iterator[None]:
    """Let transformers draw its progress bars on the terminal for downloads only."""
    from transformers.utils import logging

    before = logging.is_progress_bar_enabled()
    if not visible:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        if before:
            logging.enable_progress_bar()


def _checked(checkpoint: str | Path) -> str:
    """Return the folder or the name, or say what a checkpoint is."""
    path = Path(checkpoint).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise CrystalError(f"{path} holds no config.json, so it is no checkpoint. {_download_hint()}")
        return str(path)
    if path.exists() or not HUB_NAME.fullmatch(str(checkpoint)):
        raise CrystalError(f"There is no folder {checkpoint} with a SAM checkpoint. {_download_hint()}")
    return str(checkpoint)


def _download_hint(name: str = EXAMPLE) -> str:
    folder = name.rpartition("/")[2]
    return (
        f"Get one with 'hf download {name} --local-dir {folder}' and name that folder, or allow the download "
        "of a checkpoint by its name (--download)."
    )


def _load_error(name: str, error: Exception, download: bool) -> str:
    if not Path(name).is_dir() and not download:
        return f"The SAM checkpoint {name} is not on this computer. {_download_hint(name)}"
    return f"The checkpoint {name} cannot be used ({first_line(error)}). {_download_hint()}"
