"""Model file: the weights of a network and its card in one .safetensors file.

Safetensors stores plain numbers and text, so opening a stranger's file runs none of its code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.model_card import ModelCard
from napari_rocks2net.untrusted import is_file
from napari_rocks2net.wording import first_line

if TYPE_CHECKING:
    from torch import Tensor

    from napari_rocks2net.models import RockNetwork

__all__ = [
    "FORMAT_VERSION",
    "ModelCard",
    "ModelFileError",
    "built_in_models",
    "fingerprint",
    "library_versions",
    "load_model",
    "model_bytes",
    "read_card",
    "resolve_model",
    "save_model",
]

FORMAT = "napari-rocks2net"
# Version 1 states one "property" with its "classes"; version 2 can have "properties" beside them; version 4
# can have "temperatures", and arrays of the network's familiarity; version 5 can have "pixel_size_um".
FORMAT_VERSION = 5
LARGEST_WEIGHT = 1e12
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x04", b"\x80\x05")


class ModelFileError(ValueError):
    """A model file cannot be used; the message says which, why, and what to do."""


def library_versions() -> dict[str, str]:
    """Return the installed versions that a model's numbers may depend on."""
    versions = {}
    for name in ("napari-rocks2net", "torch", "torchvision", "numpy", "lightning"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def save_model(path: str | Path, network: RockNetwork, card: ModelCard, *, half: bool = False) -> Path:
    """Write a network and its card to one file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        Ends in .safetensors; its folder is made; an existing file is replaced.
    network : RockNetwork
        Its weights are stored.
    card : ModelCard
        What the file says about them.
    half : bool
        Store floating-point weights in half precision.

    Returns
    -------
    Path
        Where the file is.
    """
    return atomic_write(path, model_bytes(network, card, half=half))


def model_bytes(network: RockNetwork, card: ModelCard, *, half: bool = False) -> bytes:
    """Return what `save_model` writes.

    Parameters
    ----------
    network, card, half
        See there.
    """
    from safetensors.torch import save

    header = {"format": FORMAT, "format_version": str(FORMAT_VERSION), "card": card.to_json()}
    tensors = {name: _stored(tensor, half) for name, tensor in network.state_dict().items()}
    return save(tensors, header)


def _stored(tensor: Tensor, half: bool) -> Tensor:
    stored = tensor.detach().cpu().contiguous()
    return stored.half() if half and stored.is_floating_point() else stored


def read_card(path: str | Path) -> ModelCard:
    """Read the card of a model file without its weights (and without torch).

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, of another kind, or from a newer version.
    """
    header = _read_header(Path(path))
    if header.get("format") != FORMAT:
        raise ModelFileError(
            f"{path} holds weights but is not a napari-rocks2net model: it does not say which network "
            "and classes they belong to; save it with napari_rocks2net.model_file.save_model."
        )
    version = header.get("format_version", "")
    if version not in map(str, range(1, FORMAT_VERSION + 1)):
        raise ModelFileError(
            f"{path} was written in format version {version!r:.60} and this program reads up to "
            f"{FORMAT_VERSION}; update napari-rocks2net."
        )
    try:
        return ModelCard.from_json(header["card"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"The model card in {path} cannot be read ({error}); ask its author for a new file."
        ) from error


def _read_header(path: Path) -> Mapping[str, str]:
    from safetensors import SafetensorError, safe_open

    if not is_file(path):
        raise ModelFileError(f"There is no model file {path}; check its name and folder.")
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_PICKLE_STARTS):
        raise ModelFileError(
            f"{path} is a pickle or zip file (.pt, .pth), which could run code when opened; "
            "ask its author for the .safetensors file."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ModelFileError(
            f"{path} is damaged or not a safetensors file ({error}); get or train the model again."
        ) from error


def load_model(path: str | Path) -> tuple[RockNetwork, ModelCard]:
    """Read a model file.

    Returns
    -------
    network : RockNetwork
        On the CPU, in single precision, in evaluation mode.
    card : ModelCard

    Raises
    ------
    ModelFileError
        If the file cannot be used; the message says why and what to do.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from napari_rocks2net.models import Familiarity, create_model

    card = read_card(path)
    counts = [len(each.classes) for each in card.properties]
    try:
        network = create_model(card.architecture, counts, **card.arguments)
        tensors = load_file(path)
        network.familiarity = Familiarity.for_weights(tensors)
        network.load_state_dict(tensors)
    except (ValueError, RuntimeError, SafetensorError) as error:
        raise ModelFileError(
            f"The weights in {path} do not fit the network {card.architecture!r} "
            f"with {sum(counts)} classes ({first_line(error)}); get or train the model again."
        ) from error
    weights = network.float().eval().state_dict()
    if unusable := [name for name, tensor in weights.items() if not _is_sound(name, tensor)]:
        raise ModelFileError(
            f"{path} holds weights that are no numbers or beyond any network's ({unusable[0]}); get or train "
            "the model again."
        )
    return network, card


def _is_sound(name: str, weights: Tensor) -> bool:
    """Return whether all weights are finite, of a size that a training can give, and no variance negative."""
    low = 0.0 if name.endswith("running_var") else -LARGEST_WEIGHT
    # Comparisons with what is not a number are false.
    return weights.numel() == 0 or bool((weights.min() >= low) & (weights.max() <= LARGEST_WEIGHT))


def fingerprint(path: str | Path) -> str:
    """Return 16 hexadecimal digits that tell a model file from every other, whatever it is called."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def built_in_models() -> dict[str, Path]:
    """Return the models shipped with the package: name -> file."""
    folder = Path(__file__).parent / "builtin"
    return {path.stem: path for path in sorted(folder.glob("*.safetensors"))}


def resolve_model(name_or_path: str | Path) -> Path:
    """Return the file of a built-in model's name, or the path itself.

    Raises
    ------
    ModelFileError
        If it is neither a built-in name nor an existing file.
    """
    built_in = built_in_models()
    if str(name_or_path) in built_in:
        return built_in[str(name_or_path)]
    path = Path(name_or_path)
    if not is_file(path):
        names = ", ".join(built_in) or "none"
        raise ModelFileError(f"There is no model file {path}, nor a built-in model of that name ({names}).")
    return path
