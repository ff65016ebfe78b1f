"""Device sizing: the image size and the batch that a device has memory for."""

from __future__ import annotations

from napari_rocks2net.models.catalog import model_spec

MEGABYTE = 1_000_000
# See `ModelSpec.activation_megabytes`.
MEASURED_SIZE = 256
# Weights, their gradients, two moments each and the libraries of the device.
FIXED_BYTES = 2_000 * MEGABYTE
# The rest is for work space, gradients in flight, and what the screen and other programs hold.
USABLE_SHARE = 0.7
SIZES = (512, 384, 256, 192)
BATCHES = (16, 8)
SMALLEST = (192, 4)
CPU_BATCH = 8
LIGHT_ENOUGH_FOR_A_CPU = 250


def suggest_size_and_batch(
    model: str, memory_bytes: int | None = None, device: str = "auto", backbone: str | None = None
) -> tuple[int, int]:
    """Suggest the size of the input and of the batches for a device.

    On a GPU the largest size up to the paper's 512 px that leaves room for batches of 8 or 16; mixed
    precision, which is the default there, needs less than is reckoned with. On a CPU time is the limit,
    not memory: 256 px, and 192 px for networks of two streams on a heavy backbone.

    Parameters
    ----------
    model : str
        A name of `napari_rocks2net.models.list_models`.
    memory_bytes : int, optional
        The memory of a GPU, instead of asking for that of the device.
    device : str
        "auto", "cpu", "cuda", "cuda:1" or "mps".
    backbone : str, optional
        What the network is built on, instead of its usual backbone.

    Returns
    -------
    size : int
        Side of the network's input in pixels.
    batch_size : int
        Images in one step.

    Raises
    ------
    ValueError
        When there is no network of that name.
    DeviceError
        When the device is not there.
    """
    memory = _memory_of(device) if memory_bytes is None else memory_bytes
    spec = model_spec(model)
    activations = spec.activations_on(backbone) if backbone else spec.activation_megabytes
    if memory is None:
        return (256 if activations < LIGHT_ENOUGH_FOR_A_CPU else 192), CPU_BATCH
    fitting = (
        (size, batch)
        for size in SIZES
        for batch in BATCHES
        if FIXED_BYTES + batch * activations * MEGABYTE * (size / MEASURED_SIZE) ** 2 <= USABLE_SHARE * memory
    )
    return next(fitting, SMALLEST)


def _memory_of(name: str) -> int | None:
    """Return the bytes of a GPU, None for a CPU."""
    import torch

    from napari_rocks2net.classify import choose_device

    device = choose_device(name).device
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    return None
