from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from napari_rocks2net.model_file import ModelFileError, built_in_models, load_model
from napari_rocks2net.samples import SampleError, load_samples, split_samples
from napari_rocks2net.training.network import components
from napari_rocks2net.training.network.components import make_datasets, make_network
from napari_rocks2net.training.network.trainer import loader_options


def trainer_on(devices: int, kind: str = "cpu") -> Any:
    """Stand in for a trainer on some devices."""
    return SimpleNamespace(world_size=devices, strategy=SimpleNamespace(root_device=torch.device(kind)))


def test_only_training_images_are_augmented(labels_csv, tiny_config):
    samples = split_samples(load_samples(labels_csv, property="rock", group="section"))
    datasets = make_datasets(tiny_config(), samples)
    assert datasets["train"].augmentation is not None
    assert datasets["validation"].augmentation is None
    assert datasets["test"].augmentation is None
    assert make_datasets(tiny_config(augmentation=False), samples)["train"].augmentation is None


def test_images_are_kept_in_memory_only_when_all_fit(labels_csv, tiny_config):
    samples = split_samples(load_samples(labels_csv, property="rock", group="section"))
    needed = 24 * 3 * 64 * 64
    in_memory = make_datasets(tiny_config(cache_bytes=needed), samples)
    read = make_datasets(tiny_config(cache_bytes=needed - 1), samples)
    assert all(dataset.images is not None for dataset in in_memory.values())
    assert all(dataset.images is None for dataset in read.values())


def test_a_small_collection_makes_smaller_batches(tiny_config):
    assert loader_options(tiny_config(batch_size=16), 7, trainer_on(1)).batch_size == 7
    assert loader_options(tiny_config(batch_size=16), 7, trainer_on(2)).batch_size == 3
    assert loader_options(tiny_config(batch_size=4), 7, trainer_on(1)).batch_size == 4


def test_a_batch_of_one_is_refused(tiny_config):
    with pytest.raises(SampleError, match="3 training samples on 2 devices"):
        loader_options(tiny_config(), 3, trainer_on(2))


def test_images_are_read_in_processes_beside_a_gpu_only(tiny_config, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    assert loader_options(tiny_config(), 40, trainer_on(1)).num_workers == 0
    assert loader_options(tiny_config(), 40, trainer_on(1, "cuda")).num_workers == 5
    assert loader_options(tiny_config(num_workers=3), 40, trainer_on(1)).num_workers == 3


@pytest.mark.parametrize(("preset", "momentum"), [("default", 0.1), ("paper", 0.01)])
def test_batch_statistics_are_the_authors_in_the_paper_preset(tiny_config, tiny_network, preset, momentum):
    network = make_network(tiny_config(preset=preset), [3])
    assert network.head[1].momentum == momentum


@pytest.fixture
def other_model(tmp_path):
    """A file that is there, whatever is in it."""
    path = tmp_path / "other.safetensors"
    path.touch()
    return path


def test_the_layers_that_fit_are_taken_from_a_model_file(tiny_config, tiny, other_model, monkeypatch):
    source = tiny(5)
    monkeypatch.setattr(components, "create_model", lambda name, classes, **arguments: tiny(classes))
    monkeypatch.setattr(components, "load_model", lambda path: (source, None))
    network = make_network(tiny_config(start_from=other_model), [3])
    assert torch.equal(network.features[0].weight, source.features[0].weight)
    assert network.head[3].out_features == 3


@pytest.mark.parametrize("head_fits", [False, True])
def test_a_model_file_of_other_layers_is_refused(
    head_fits, tiny_config, tiny_network, tiny, other_model, monkeypatch
):
    source = torch.nn.Linear(2, 2)
    if head_fits:
        source.head = tiny(3).head
    monkeypatch.setattr(components, "load_model", lambda path: (source, None))
    with pytest.raises(SampleError, match="is of other layers"):
        make_network(tiny_config(start_from=other_model), [3])


def test_a_built_in_model_can_be_the_start_by_its_name(tiny_config):
    with pytest.raises(ModelFileError, match="nor a built-in model of that name"):
        make_network(tiny_config(start_from="no such model"), [3])
    built_in, path = next(iter(built_in_models().items()))
    config = tiny_config(model="rocks2net", start_from=built_in)
    assert config.to_dict()["start_from"] == built_in, "a name is no path"
    started, fresh = make_network(config, [5]), make_network(tiny_config(model="rocks2net"), [5])
    weights = load_model(path)[0].state_dict()
    name = next(name for name in weights if name.startswith("backbone.") and name.endswith("weight"))
    assert torch.equal(started.state_dict()[name], weights[name])
    assert not torch.equal(fresh.state_dict()[name], weights[name])
