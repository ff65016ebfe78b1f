"""Evidence maps: their places sum up to what the model says, and they find what was planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import numpy as np
import pytest
import torch
from scipy.special import softmax
from torch import nn

from napari_rocks2net.classify import CriticalArea, Prediction, RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.explain import EvidenceMap, ExplanationError, evidence_maps
from napari_rocks2net.imaging import ImageError, Preprocessing
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.views import Field, View

Make = Callable[..., RockClassifier]
NETWORKS = [
    ("rocks2net", {"localization": "evidence", "backbone": "efficientnet_lite0"}),
    ("rocks2net", {"localization": "gap", "backbone": "efficientnet_lite0"}),
    ("dcnet", {"backbone": "efficientnet_lite0"}),
    ("efficientnet_lite0", {}),
    ("shufflenet_v2", {}),
    ("dsan", {}),
    ("microcrystalnet", {}),
    ("microcrystalnet_deposited", {}),
]


def probabilities_by_maps(
    classifier: RockClassifier, image: np.ndarray, property: str, area: CriticalArea | None = None
) -> list[dict[str, float]]:
    """Return what the means of the maps of all classes make the streams' probabilities."""
    classes = next(each.classes for each in classifier.properties if each.name == property)
    maps = [evidence_maps(classifier, image, property, name, area) for name in classes]
    streams = [[each.whole.logit for each in maps]]
    if maps[0].local is not None:
        streams.append([each.local.logit for each in maps])
    return [dict(zip(classes, softmax(each), strict=True)) for each in streams]


def streams_of(
    classifier: RockClassifier, image: np.ndarray, property: str, area: CriticalArea | None = None
):
    prediction = classifier.predict(image, area)[property]
    if prediction.global_probabilities is None:
        return [prediction.probabilities]
    return [prediction.global_probabilities, prediction.local_probabilities]


@pytest.mark.parametrize(("architecture", "arguments"), NETWORKS)
def test_the_maps_of_all_classes_make_the_probabilities_of_each_stream(
    classifier: Make, rgb: np.ndarray, architecture: str, arguments: dict
) -> None:
    made = classifier(architecture, **arguments)
    for ours, theirs in zip(
        probabilities_by_maps(made, rgb, "lithology"), streams_of(made, rgb, "lithology"), strict=True
    ):
        assert ours == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("property", ["lithology", "matrix"])
def test_each_property_of_a_joint_network_has_maps_of_its_own(
    classifier: Make, rgb: np.ndarray, property: str
) -> None:
    made = classifier("rocks2net_joint", [3, 2], backbone="efficientnet_lite0")
    for ours, theirs in zip(
        probabilities_by_maps(made, rgb, property), streams_of(made, rgb, property), strict=True
    ):
        assert ours == pytest.approx(theirs, abs=1e-4)


def test_a_map_is_not_mixed_with_what_another_thread_asks_the_same_network(
    classifier: Make, rgb: np.ndarray
) -> None:
    made = classifier("rocks2net", localization="evidence", backbone="efficientnet_lite0")
    [model] = made.models
    question = (made, rgb, "lithology", "granite")
    alone, answer = evidence_maps(*question), made.predict(rgb[::-1]).only
    answers: list[Prediction] = []

    def ask_meanwhile(*_: object) -> None:
        asking.remove()
        thread = Thread(target=lambda: answers.append(made.predict(rgb[::-1]).only))
        thread.start()
        thread.join()

    first = next(layer for layer in model.network.backbone.modules() if isinstance(layer, nn.Conv2d))
    asking = first.register_forward_hook(ask_meanwhile)
    beside = evidence_maps(*question)
    np.testing.assert_array_equal(beside.whole.cells, alone.whole.cells)
    np.testing.assert_array_equal(beside.local.cells, alone.local.cells)
    assert answers == [answer]


def test_maps_are_calibrated_as_the_answers_are(classifier: Make, rgb: np.ndarray) -> None:
    made = classifier("shufflenet_v2", temperatures={"lithology": 2.5})
    [ours] = probabilities_by_maps(made, rgb, "lithology")
    assert ours == pytest.approx(streams_of(made, rgb, "lithology")[0], abs=1e-4)


@pytest.mark.parametrize("kinds", ["texture", "activations", "texture+activations", "activations+texture"])
def test_the_maps_of_a_probe_make_its_probabilities(
    probe_classifier: Make, rgb: np.ndarray, kinds: str
) -> None:
    made = probe_classifier(kinds=kinds)
    for ours, theirs in zip(
        probabilities_by_maps(made, rgb, "lithology"), streams_of(made, rgb, "lithology"), strict=True
    ):
        # Windows are rounded to half precision.
        assert ours == pytest.approx(theirs, abs=5e-3)


def test_activations_belong_to_places_wholly_and_texture_says_what_does_not(
    probe_classifier: Make, rgb: np.ndarray
) -> None:
    exact = evidence_maps(probe_classifier(kinds="activations"), rgb, "lithology", "slate")
    assert abs(exact.whole.unplaced) < 1e-3 * np.ptp(exact.whole.cells)
    assert exact.local is not None
    texture = evidence_maps(probe_classifier(kinds="texture"), rgb, "lithology", "slate")
    assert texture.whole.unplaced != 0
    assert "percentiles" in texture.whole.method


def test_a_persons_area_is_explained_where_the_person_put_it(classifier: Make, rgb: np.ndarray) -> None:
    made, area = classifier("rocks2net", backbone="efficientnet_lite0"), CriticalArea(10, 20, 60, 90)
    maps = evidence_maps(made, rgb, "lithology", "granite", area)
    assert maps.local.area.box == pytest.approx(area.box, abs=1e-3)
    for ours, theirs in zip(
        probabilities_by_maps(made, rgb, "lithology", area),
        streams_of(made, rgb, "lithology", area),
        strict=True,
    ):
        assert ours == pytest.approx(theirs, abs=1e-4)


def score_of(model: LoadedModel, label: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return what a network scores images (B, 3, Y, X) for a class with, (B, 1)."""

    def score(images: torch.Tensor) -> torch.Tensor:
        log = model.network(images).log_probabilities
        return (log[:, label] - log.mean(dim=1))[:, None]

    return score


def test_an_averaged_network_has_captums_grad_cam(classifier: Make, rgb: np.ndarray) -> None:
    captum = pytest.importorskip("captum.attr")
    made = classifier("efficientnet_lite0")
    model: LoadedModel = made.models[0]
    image = model.card.preprocessing(rgb)[None]
    theirs = captum.LayerGradCam(score_of(model, 1), model.network.backbone).attribute(image, target=0)[0, 0]
    ours = evidence_maps(made, rgb, "lithology", "slate").whole.cells
    expected = theirs.detach().numpy() * theirs.numel()
    np.testing.assert_allclose(ours - ours.mean(), expected - expected.mean(), atol=1e-4)


def test_dense_layers_over_places_have_captums_gradient_times_activation(
    classifier: Make, rgb: np.ndarray
) -> None:
    captum = pytest.importorskip("captum.attr")
    made = classifier("microcrystalnet_deposited")
    model: LoadedModel = made.models[0]
    image = model.card.preprocessing(rgb)[None]
    layer = captum.LayerGradientXActivation(score_of(model, 0), model.network.backbone)
    theirs = layer.attribute(image, target=0)[0].sum(dim=0).detach().numpy()
    ours = evidence_maps(made, rgb, "lithology", "granite").whole.cells
    np.testing.assert_allclose((ours - ours.mean()) / ours.size, theirs - theirs.mean(), atol=1e-5)


def test_explaining_leaves_the_model_as_it_was(classifier: Make, rgb: np.ndarray) -> None:
    made = classifier("rocks2net", backbone="efficientnet_lite0")
    before = made.predict(rgb).only.probabilities
    evidence_maps(made, rgb, "lithology", "basalt")
    assert made.predict(rgb).only.probabilities == before
    assert torch.is_grad_enabled()
    assert all(each.grad is None for each in made.models[0].network.parameters())


class ColourAboveNoise(nn.Module):
    """A backbone by hand: where each channel is brighter than the noise, (B, 3, S, S) -> (B, 3, S/8, S/8)."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d(images - 0.75, 8).relu()


def test_a_planted_clue_is_where_the_map_of_its_class_is_strongest() -> None:
    from tests.explain.conftest import classifier_of

    from napari_rocks2net.models import GlobalNetwork

    network = GlobalNetwork(3, ColourAboveNoise(), 3)
    with torch.no_grad():
        network.head.hidden.weight.zero_()[:3] = 50 * torch.eye(3)
        network.head.hidden.bias.zero_()
        network.head.classes.weight.zero_()[:, :3] = torch.eye(3)
        network.head.classes.bias.zero_()
    made = classifier_of(network, "gdnet", preprocessing=Preprocessing(size=64, normalisation="unit"))
    random, hits = np.random.default_rng(0), 0
    for number in range(40):
        photo = random.integers(0, 150, (64, 64, 3), dtype=np.uint8)
        y, x = random.integers(0, 52, 2)
        photo[y : y + 12, x : x + 12, number % 3] = 255
        place = evidence_maps(made, photo, "lithology", ("granite", "slate", "basalt")[number % 3])
        y0, x0, y1, x1 = place.whole.strongest.box
        hits += y0 < y + 12 and y1 > y and x0 < x + 12 and x1 > x
    assert hits >= 36


def test_a_map_over_the_image_lies_where_its_places_lie() -> None:
    cells = np.array([[0.0, 1.0], [2.0, 3.0]], np.float32)
    made = EvidenceMap("rock", "slate", "local", cells, CriticalArea(0, 10, 20, 30), (20, 40), 0.0, "")
    values = made.over_image()
    assert values.shape == (20, 40)
    assert values.dtype == np.float32
    assert np.isnan(values[:, :10]).all()
    assert np.isnan(values[:, 30:]).all()
    assert np.nanmean(values) == pytest.approx(1.5)
    assert values[19, 29] == pytest.approx(3)
    assert made.strongest.box == (10, 20, 20, 30)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 50, 3), (3, 2, 3)])
def test_a_photo_of_hardly_any_pixels_has_a_map(
    probe_classifier: Make, classifier: Make, shape: tuple[int, ...]
) -> None:
    photo = np.full(shape, 90, np.uint8)
    for made in (probe_classifier(kinds="texture"), classifier("rocks2net", backbone="efficientnet_lite0")):
        maps = evidence_maps(made, photo, "lithology", "granite")
        for each in (maps.whole, maps.local):
            assert np.isfinite(each.cells).all()
            assert each.over_image().shape == shape[:2]


def test_a_photo_of_one_colour_has_a_flat_map(probe_classifier: Make) -> None:
    photo = np.full((64, 64, 3), 90, np.uint8)
    assert evidence_maps(probe_classifier(kinds="texture"), photo, "lithology", "granite").whole.is_flat


def test_what_the_model_does_not_know_is_refused_by_name(classifier: Make, rgb: np.ndarray) -> None:
    made = classifier("shufflenet_v2")
    with pytest.raises(ExplanationError, match="no class 'gneiss' of lithology; choose one of granite"):
        evidence_maps(made, rgb, "lithology", "gneiss")
    with pytest.raises(ExplanationError, match="does not name the property 'age'; choose one of lithology"):
        evidence_maps(made, rgb, "age", "granite")
    with pytest.raises(ValueError, match="takes no critical area"):
        evidence_maps(made, rgb, "lithology", "granite", CriticalArea(0, 0, 5, 5))


def test_the_mean_of_turns_is_not_explained_by_one_of_them(classifier: Make, rgb: np.ndarray) -> None:
    model = classifier("shufflenet_v2").models[0]
    turning = RockClassifier([LoadedModel(model.network, model.card, "cpu", tta=True)])
    with pytest.raises(ExplanationError, match="without turns"):
        evidence_maps(turning, rgb, "lithology", "granite")


def test_a_file_that_is_no_image_is_refused(classifier: Make, tmp_path) -> None:
    (tmp_path / "photo.png").write_text("no picture")
    with pytest.raises(ImageError):
        evidence_maps(classifier("shufflenet_v2"), tmp_path / "photo.png", "lithology", "granite")


@pytest.mark.parametrize("micrometres", [3.0, 6.4, 20.0])
def test_a_model_that_knows_its_scale_is_asked_about_what_it_looked_at(
    classifier: Make, rgb: np.ndarray, micrometres: float
) -> None:
    model = classifier("shufflenet_v2").models[0]
    card = replace(model.card, pixel_size_um={"lithology": LearnedPixelSize(10.0, 10.0, 10.0)})
    made = RockClassifier([LoadedModel(model.network, card, "cpu")])
    prediction = made.predict(rgb, pixel_size=micrometres).only
    maps = [
        evidence_maps(made, rgb, "lithology", name, pixel_size=micrometres).whole
        for name in prediction.probabilities
    ]
    assert maps[0].size == rgb.shape[:2]
    several = maps[0].method.startswith("Of one of")
    assert several == (micrometres > 10)
    if several:
        # Of each class the part of the photo that says most for it.
        assert maps[0].area.y1 - maps[0].area.y0 < rgb.shape[0]
        return
    expected = list(prediction.probabilities.values())
    assert softmax([each.logit for each in maps]) == pytest.approx(expected, abs=1e-4)


FIELD_LAYOUT = {"lights": "PPL+XPL", "turned": "XPL"}
AREA = CriticalArea(4, 4, 20, 20)


def views_of(rgb: np.ndarray) -> Field:
    """A field in PPL and at two stage angles in XPL; no model here wants the light of its first view."""
    return Field(
        (
            View(rgb[::2, ::2], "reflected"),
            View(rgb, "PPL"),
            View(255 - rgb, "XPL", 0.0),
            View(rgb[::-1], "XPL", 45.0),
        )
    )


@pytest.mark.parametrize(
    ("architecture", "arguments", "area"),
    [
        ("rocks2net", {"localization": "evidence", "backbone": "efficientnet_lite0"}, None),
        ("rocks2net", {"localization": "evidence", "backbone": "efficientnet_lite0"}, AREA),
        ("dcnet", {"backbone": "efficientnet_lite0"}, None),
        ("dcnet", {"backbone": "efficientnet_lite0"}, AREA),
        ("efficientnet_lite0", {}, None),
    ],
)
def test_the_maps_of_all_views_of_a_field_make_what_the_network_says(
    classifier: Make, rgb: np.ndarray, architecture: str, arguments: dict, area: CriticalArea | None
) -> None:
    made = classifier(architecture, **arguments, **FIELD_LAYOUT)
    assert_views_make_the_answer(made, views_of(rgb), area)


@pytest.mark.parametrize("lights", [FIELD_LAYOUT, {"lights": "PPL+XPL"}])
@pytest.mark.parametrize("kinds", ["texture", "activations"])
def test_the_maps_of_all_views_of_a_field_make_what_the_probe_says(
    probe_classifier: Make, rgb: np.ndarray, lights: dict[str, str], kinds: str
) -> None:
    assert_views_make_the_answer(probe_classifier(kinds=kinds, **lights), views_of(rgb))


def assert_views_make_the_answer(
    made: RockClassifier, field: Field, area: CriticalArea | None = None
) -> None:
    maps_of = {
        name: [evidence_maps(made, field, "lithology", name, area, view=view) for view in (1, 2, 3)]
        for name in made.properties[0].classes
    }
    assert {maps[0].whole.size for maps in maps_of.values()} == {field.views[1].file.shape[:2]}
    streams = streams_of(made, field, "lithology", area)
    for stream, theirs in zip(("whole", "local"), streams, strict=False):
        logits = [np.mean([getattr(each, stream).cells for each in maps]) for maps in maps_of.values()]
        for ours, name in zip(softmax(logits), maps_of, strict=True):
            assert ours == pytest.approx(theirs[name], abs=2e-3)


def test_of_a_model_of_photos_the_map_is_that_of_the_view(classifier: Make, rgb: np.ndarray) -> None:
    made, field = classifier("shufflenet_v2"), views_of(rgb)
    for view in (0, 2):
        ours = evidence_maps(made, field, "lithology", "slate", view=view).whole
        alone = evidence_maps(made, field.views[view].file, "lithology", "slate").whole
        np.testing.assert_allclose(ours.cells, alone.cells, atol=1e-5)
        assert ours.size == alone.size


def test_a_view_that_the_model_does_not_look_at_is_refused(classifier: Make, rgb: np.ndarray) -> None:
    made = classifier("efficientnet_lite0", **FIELD_LAYOUT)
    with pytest.raises(ExplanationError, match="judges fields in PPL and XPL, not the view in reflected"):
        evidence_maps(made, views_of(rgb), "lithology", "slate")
    with pytest.raises(ImageError, match="say in which light"):
        evidence_maps(made, rgb, "lithology", "slate")
