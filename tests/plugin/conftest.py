"""What the plugin's tests share: a quick stand-in for a classifier, and settings of their own."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from napari.utils import resize_dask_cache
from PIL import Image
from pytestqt.qtbot import QtBot
from tests.plugin.monkey import SEEDS, Monkey

from napari_rocks2net.classify import CriticalArea, DeviceChoice, Prediction, Predictions, RockClassifier
from napari_rocks2net.classify.loaded_model import ImageWithArea, LoadedModel
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.rock_properties import RockProperty

# pytest-qt gives up after 5 s, which a busy machine may need for anything.
PATIENCE_MS = 60_000
CLASSES = ("granite", "Übergang fein", "basalt")
TESTS = count(1)
TESTS_BETWEEN_WHOLE_COLLECTIONS = 40
CACHE_BYTES = 2**28


class PatientBot(QtBot):
    """Waits as long as a slow machine needs."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    """Of a monkey test."""
    return int(request.param)


@pytest.fixture
def release_monkey(
    seed: int, viewer: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., None]:
    """Let a monkey do its steps to a widget of the viewer; options as `Monkey` takes them."""

    def release(widget: Any, **options: Any) -> None:
        Monkey(viewer, widget, monkeypatch, tmp_path, seed=seed, **options).run(qtbot)

    return release


class QuickModel:
    """Takes the place of a `LoadedModel`: answers from the picture's mean, dark, middle or bright.

    Looks at the upper left quarter unless it is told where to look.
    """

    device = DeviceChoice(torch.device("cpu"), "Running on the CPU.", torch.float32)

    def __init__(self, rock_property: str, seconds: float, areas: bool) -> None:
        self.properties = (RockProperty(rock_property, CLASSES),)
        self.card = ModelCard(self.properties, "quick", Preprocessing())
        self.seconds = seconds
        self.areas = areas
        self.given_areas: list[CriticalArea | None] = []
        self.threads: set[int] = set()

    def batch_size(self, asked: int = 1) -> int:
        return min(asked, 1)

    def predict_rgb(self, inputs: Sequence[ImageWithArea]) -> list[Predictions]:
        return [Predictions((self._predict(*each),)) for each in inputs]

    def _predict(self, image: np.ndarray, critical_area: CriticalArea | None) -> Prediction:
        time.sleep(self.seconds)
        self.given_areas.append(critical_area)
        self.threads.add(threading.get_ident())
        height, width = image.shape[:2]
        area = critical_area or CriticalArea(0, 0, height / 2, width / 2)
        part = image[int(area.y0) : int(np.ceil(area.y1)), int(area.x0) : int(np.ceil(area.x1))]
        position = min(int(part.mean() / 86), 2)
        probabilities = dict(zip(CLASSES, np.roll([0.9, 0.06, 0.04], position).tolist(), strict=True))
        streams = (probabilities, probabilities, area) if self.areas else (None, None, None)
        return Prediction(self.properties[0].name, CLASSES[position], 0.9, probabilities, *streams)


class QuickClassifier(RockClassifier):
    """A classifier of one quick model."""

    def __init__(self, rock_property: str = "lithology", *, seconds: float = 0.0, areas: bool = True) -> None:
        self.quick_model = QuickModel(rock_property, seconds, areas)
        super().__init__(cast("list[LoadedModel]", [self.quick_model]))

    @property
    def given_areas(self) -> list[CriticalArea | None]:
        """The area that each image came with."""
        return self.quick_model.given_areas

    @property
    def threads(self) -> set[int]:
        """Where the model ran."""
        return self.quick_model.threads


@pytest.fixture
def quick() -> type[QuickClassifier]:
    return QuickClassifier


@pytest.fixture
def quick_set() -> Callable[..., RockClassifier]:
    """Makes one classifier of the models of several."""
    return lambda *classifiers: RockClassifier([model for each in classifiers for model in each.models])


@pytest.fixture(scope="session")
def real_classifier(model_path: Path) -> RockClassifier:
    return RockClassifier.load(model_path, device="cpu")


@pytest.fixture
def dark(rng: np.random.Generator) -> np.ndarray:
    """A dark picture with a bright lower right quarter."""
    picture = rng.integers(0, 60, (60, 80, 3), dtype=np.uint8)
    picture[30:, 40:] += 190
    return picture


@pytest.fixture(scope="session", autouse=True)
def plugins_read_once() -> Iterator[None]:
    """Let every viewer find the plugins that the first one found: reading them took a sixth of its time."""
    from npe2 import PluginManifest

    installed = list(PluginManifest.discover())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PluginManifest, "discover", lambda paths=(): iter(installed))
        yield


@pytest.fixture(scope="session", autouse=True)
def still_welcome_screen() -> Iterator[None]:
    """Keep the welcome screen, which no test shows, from listing all keys for each that a viewer binds."""
    from napari._qt.widgets.qt_welcome import QtWelcomeWidget

    def refresh(self: QtWelcomeWidget, event: Any = None) -> None:
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QtWelcomeWidget, "refresh", refresh)
        yield


@pytest.fixture(scope="session", autouse=True)
def small_cache_of_napari() -> None:
    """Let napari keep little of what it reads of lazy layers: by itself it takes a quarter of the memory."""
    resize_dask_cache(CACHE_BYTES)


@pytest.fixture(scope="session", autouse=True)
def ordinary_collections_at_the_end() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def quick_collections() -> None:
    """Keep what is alive before a test out of the garbage collections that napari's fixture asks for.

    torch, Lightning and napari hold so many objects that four collections a test took most of its time. What
    was kept out and has died since, viewers with all their pictures, goes after some tests.
    """
    if next(TESTS) % TESTS_BETWEEN_WHOLE_COLLECTIONS == 0:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """Keep the settings of tests apart from those of the person who runs them."""
    from qtpy.QtCore import QSettings

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture
def layers() -> Any:
    """A viewer's model without a window, which opens files as one with a window does."""
    from napari.components import ViewerModel
    from npe2 import PluginManager

    PluginManager.instance().discover()
    return ViewerModel()


@pytest.fixture
def viewer(make_napari_viewer_proxy: Any) -> Any:
    return make_napari_viewer_proxy()


@pytest.fixture
def open_from_menu(viewer: Any) -> Iterator[Callable[[str], Any]]:
    """Open a widget as the menu does; its jobs end with the test."""
    from superqt.utils._qthreading import WorkerBase

    opened: list[Any] = []

    def open_it(name: str) -> Any:
        _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", name)
        opened.append(widget)
        return widget

    yield open_it
    for widget in opened:
        widget.close_jobs()
    WorkerBase.await_workers(PATIENCE_MS)


@pytest.fixture
def photos(tmp_path: Path, rng: np.random.Generator) -> list[Path]:
    """Six photos of three thin sections, two of each, every one of another brightness."""
    folder = tmp_path / "photos"
    folder.mkdir()
    files = [folder / f"S{number // 2 + 1}_PPL_{number % 2 + 1}.png" for number in range(6)]
    for number, file in enumerate(files):
        pixels = rng.integers(0, 20, (40, 60, 3), dtype=np.uint8) + np.uint8(30 * number)
        Image.fromarray(pixels).save(file)
    return files
