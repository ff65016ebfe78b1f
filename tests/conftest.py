"""What tests of several rooms need: small images, small model files, the real data where present."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

from napari_rocks2net.rock_properties import RockProperty

if TYPE_CHECKING:
    from distributed import LocalCluster

    from napari_rocks2net.classify import RockClassifier

# The same examples in every run: a red test is then the change's doing. Slow machines have no deadline.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Python looks for garbage at every 700th object, which took a twentieth of the time of the tests.
gc.set_threshold(20_000, 20, 50)
# No test asks the internet for ImageNet weights.
os.environ["HF_HUB_OFFLINE"] = "1"
# napari neither reads the settings of the person who tests nor writes its own a hundred times.
os.environ["NAPARI_CONFIG"] = ""

CLASSES = ("granite", "Übergang fein", "basalt")
REAL_DATA = Path(os.environ.get("ROCKS2NET_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="module", autouse=True)
def memory_given_back() -> Iterator[None]:
    """Give back what a module has freed: glibc keeps it, of every thread apart, which made gigabytes."""
    yield
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the descriptors of a test's photos out of the person's cache."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path / "cache"))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def rgb(rng: np.random.Generator) -> np.ndarray:
    """A small RGB image whose sides differ."""
    return rng.integers(0, 256, (70, 100, 3), dtype=np.uint8)


@pytest.fixture
def write_photo() -> Callable[..., Path]:
    """Write a noisy photo of about one colour: the classes overlap, so losses stay finite."""

    def write(path: Path, colour: tuple[int, int, int] = (128, 128, 128), seed: int = 0) -> Path:
        random = np.random.default_rng(seed)
        noise = random.normal(0, 20, (40, 50, 3)) + random.normal(0, 30, 3)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8)).save(path)
        return path

    return write


@pytest.fixture
def labels_csv(tmp_path: Path, write_photo: Callable[..., Path]) -> Path:
    """Two classes of six thin sections with two photos each, and a second property."""
    import pandas as pd

    rows = []
    for label, colour in (("granite", (160, 120, 120)), ("schist à grenat", (120, 120, 160))):
        for section in range(6):
            for photo in range(2):
                name = f"photos of sections/{label} {section} {photo}.png"
                write_photo(tmp_path / name, colour, seed=len(rows))
                rows.append({"file": name, "rock": label, "section": f"{label[0]}{section}", "light": "PPL"})
    path = tmp_path / "labels.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rocks2net file with three classes, 64 px, random weights."""
    folder = tmp_path_factory.mktemp("models")
    return _model_file(folder / "lithology.safetensors", "rocks2net", RockProperty("lithology", CLASSES))


@pytest.fixture(scope="session")
def one_stream_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A densenet121 file with three classes, 64 px, random weights."""
    folder = tmp_path_factory.mktemp("models")
    return _model_file(folder / "matrix.safetensors", "densenet121", RockProperty("matrix", CLASSES))


@pytest.fixture(scope="session")
def joint_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rocks2net_joint file of two properties that share a class name, 64 px, random weights."""
    properties = (RockProperty("lithology", CLASSES), RockProperty("matrix", ("clay", "basalt")))
    path = tmp_path_factory.mktemp("models") / "joint.safetensors"
    return _model_file(path, "rocks2net_joint", *properties)


def _model_file(path: Path, architecture: str, *properties: RockProperty) -> Path:
    import torch

    from napari_rocks2net.imaging import Preprocessing
    from napari_rocks2net.model_file import ModelCard, save_model
    from napari_rocks2net.models import create_model

    torch.manual_seed(0)
    network = create_model(architecture, [len(each.classes) for each in properties])
    if hasattr(network, "localization"):
        # Away from zero, so that the critical area depends on the image.
        torch.nn.init.normal_(network.localization.linear.weight)
    card = ModelCard(properties=properties, architecture=architecture, preprocessing=Preprocessing(size=64))
    return save_model(path, network, card)


@pytest.fixture(scope="session")
def real_data_or_none() -> Path | None:
    """The folder of real images; None where it is absent."""
    return REAL_DATA if REAL_DATA.is_dir() else None


@pytest.fixture(scope="session")
def real_data(real_data_or_none: Path | None) -> Path:
    """The folder of real images; tests that need it skip where it is absent."""
    if real_data_or_none is None:
        pytest.skip(f"no real images in {REAL_DATA}; name their folder in ROCKS2NET_DATA")
    return real_data_or_none


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """A scheduler with two workers of one thread, in this process."""
    from distributed import LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": ":0"}
    with LocalCluster(**options, protocol="tcp", host="127.0.0.1") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def torch_classifier(model_path: Path) -> RockClassifier:
    """The small model on the CPU, run by torch: a cluster's workers and this process compute alike."""
    from napari_rocks2net.classify import RockClassifier

    return RockClassifier.load(model_path, device="cpu", backend="torch")


@pytest.fixture
def scheduler(cluster: LocalCluster) -> str:
    """The address of its scheduler."""
    return str(cluster.scheduler_address)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Torch computes with one thread, as workers do."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
