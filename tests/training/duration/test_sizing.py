from __future__ import annotations

import pytest
import torch

from napari_rocks2net.classify.device import DeviceError
from napari_rocks2net.models import ModelSpec, create_model, list_models, model_spec
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.training import suggest_size_and_batch
from napari_rocks2net.training.duration.sizing import MEGABYTE, SIZES

GIGABYTE = 1_000_000_000


def kept_bytes(model, size, batch, **arguments):
    """Count what autograd keeps for the backward pass, parameters left out; computes nothing."""
    with torch.device("meta"):
        network = create_model(model, 7, **arguments).train()
        images = torch.rand(batch, 3, size, size)
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        kept[id(storage)] = storage
        return tensor

    parameters = {id(parameter.untyped_storage()) for parameter in network.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        network(images)
    return sum(storage.nbytes() for key, storage in kept.items() if key not in parameters)


@pytest.mark.parametrize("model", ["shufflenet_v2", "vgg16"])
def test_the_catalogue_says_what_autograd_keeps(model):
    assert kept_bytes(model, 256, 2) / 2 / MEGABYTE == pytest.approx(
        model_spec(model).activation_megabytes, rel=0.05
    )


def test_a_cpu_gets_small_images_and_two_streams_smaller_ones():
    assert suggest_size_and_batch("densenet121", device="cpu") == (256, 8)
    assert suggest_size_and_batch("rocks2net", device="cpu") == (192, 8)


def test_more_memory_never_means_smaller_work():
    work = [suggest_size_and_batch("rocks2net", memory_bytes=n * GIGABYTE) for n in range(1, 81)]
    assert [size for size, _ in work] == sorted(size for size, _ in work)
    assert work[0] == (192, 4)
    assert work[-1] == (512, 16)
    assert {size for size, _ in work} == set(SIZES)


def test_a_network_of_ones_own_is_taken_for_a_heavy_one(monkeypatch):
    heaviest = max(model_spec(name).activation_megabytes for name in list_models())
    monkeypatch.setitem(MODELS, "mine", ModelSpec("mine", "Mine", "one stream"))
    assert model_spec("mine").activation_megabytes == heaviest
    assert suggest_size_and_batch("mine", 12 * GIGABYTE) == suggest_size_and_batch("rocks2net", 12 * GIGABYTE)


def test_a_device_that_does_not_exist_is_named():
    with pytest.raises(DeviceError, match="abacus"):
        suggest_size_and_batch("rocks2net", device="abacus")
