"""A model file is read back whole, or refused with a sentence that says why."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import (
    ModelCard,
    ModelFileError,
    load_model,
    read_card,
    resolve_model,
    save_model,
)
from napari_rocks2net.models import Familiarity, RockNetwork, create_model
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM

names = st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=9, unique=True).map(tuple)
preprocessings = st.builds(
    Preprocessing,
    size=st.integers(2, 32).map(lambda n: 32 * n),
    resize=st.sampled_from(["stretch", "pad"]),
    interpolation=st.sampled_from(["bilinear", "nearest"]),
    normalisation=st.sampled_from(["imagenet", "samplewise_center"]),
)


def rewritten(path: Path, out: Path, **header: str) -> Path:
    """Copy a model file with other header entries."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        metadata = dict(file.metadata())
    save_file(load_file(path), out, {**metadata, **header})
    return out


@given(names, preprocessings, st.dictionaries(st.text(), st.floats(0, 1)), st.text())
def test_a_card_comes_back_from_its_text(
    classes: tuple[str, ...], preprocessing: Preprocessing, metrics: dict[str, float], data: str
) -> None:
    card = ModelCard((RockProperty("Gesteinsart", classes),), "rocks2net", preprocessing, {}, metrics, data)
    assert ModelCard.from_json(card.to_json()) == card


def test_a_card_knows_the_scale_of_each_property() -> None:
    card = replace(joint_card(), pixel_size_um={"light": LearnedPixelSize(4.0, 2.0, 5.5)})
    assert ModelCard.from_json(card.to_json()) == card


def test_the_built_in_model_says_which_field_it_expects() -> None:
    card = read_card(resolve_model("five_properties"))
    fields = {name: card.preprocessing.size * each.median for name, each in card.pixel_size_um.items()}
    assert fields == FIELD_UM
    assert card.expected_scale.startswith("It learned from fields about 2 mm (grain), 5.1 mm (clastic)")


def test_a_card_says_its_scale_in_one_line_or_nothing() -> None:
    card = joint_card()
    assert card.expected_scale == ""
    native = Preprocessing(size=640, resize="native")
    size = {"light": LearnedPixelSize(2.16, 2.0, 2.5)}
    scaled = replace(card, preprocessing=native, pixel_size_um=size)
    assert scaled.expected_scale == "It learned at a pixel of 2.16 µm."


@pytest.mark.parametrize(
    "sizes",
    [
        {"light": {"median": 0, "smallest": 0, "largest": 0}},
        {"light": {"median": "4", "smallest": 4, "largest": 4}},
        {"light": {"median": 4}},
        {"light": 4},
        {"colour": {"median": 4, "smallest": 4, "largest": 4}},
        [4],
    ],
)
def test_a_scale_that_is_none_is_refused(model_path: Path, tmp_path: Path, sizes: object) -> None:
    card = json.loads(joint_card().to_json()) | {"pixel_size_um": sizes}
    path = rewritten(model_path, tmp_path / "scaled.safetensors", card=json.dumps(card))
    with pytest.raises(ModelFileError, match="card"):
        read_card(path)


def test_a_network_comes_back_with_its_card(model_path: Path, tmp_path: Path) -> None:
    network, card = load_model(model_path)
    again, same_card = load_model(save_model(tmp_path / "new" / "copy.safetensors", network, card))
    assert same_card == card == read_card(model_path)
    assert not again.training
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(again(image).log_probabilities, network(image).log_probabilities)


def test_half_precision_halves_the_file_and_keeps_the_answer(model_path: Path, tmp_path: Path) -> None:
    network, card = load_model(model_path)
    half = save_model(tmp_path / "half.safetensors", network, card, half=True)
    assert half.stat().st_size < 0.55 * model_path.stat().st_size
    assert half.stat().st_size < 20e6
    again, _ = load_model(half)
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        difference = again(image).log_probabilities.exp() - network(image).log_probabilities.exp()
    assert difference.abs().max() < 1e-2


def test_reading_a_card_needs_no_torch(model_path: Path) -> None:
    code = (
        "import sys; from napari_rocks2net.model_file import read_card; "
        f"print(read_card({str(model_path)!r}).properties[0].name, 'torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["lithology", "False"]


def test_a_save_that_fails_leaves_the_old_file(
    model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, card = load_model(model_path)
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"precious")

    def full_disk(source: str, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        save_model(path, network, card)
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(share=st.floats(0, 0.999))
def test_a_truncated_file_is_damaged(model_path: Path, tmp_path: Path, share: float) -> None:
    cut = tmp_path / "cut.safetensors"
    whole = model_path.read_bytes()
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelFileError, match=r"cut\.safetensors is damaged"):
        load_model(cut)


@given(content=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_whatever_give_anything_but_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "noise.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"noise\.safetensors"):
        load_model(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no model file .*nowhere\.safetensors"):
        read_card(tmp_path / "nowhere.safetensors")
    with pytest.raises(ModelFileError, match="nor a built-in model of that name"):
        resolve_model("nowhere")


def test_foreign_weights_are_not_a_model(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(ModelFileError, match="not a napari-rocks2net model"):
        load_model(path)


@pytest.mark.parametrize("version", ["6", "99", "next", ""])
def test_a_newer_version_asks_for_an_update(model_path: Path, tmp_path: Path, version: str) -> None:
    path = rewritten(model_path, tmp_path / "newer.safetensors", format_version=version)
    with pytest.raises(ModelFileError, match="update napari-rocks2net"):
        load_model(path)


PROPERTIES = (RockProperty("grain", ("fine", "others")), RockProperty("light", ("others", "bright", "dark")))


def joint_card(properties: tuple[RockProperty, ...] = PROPERTIES) -> ModelCard:
    return ModelCard(properties, "rocks2net_joint", Preprocessing(size=64))


def header_of(path: Path) -> dict[str, str]:
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        return dict(file.metadata())


def test_several_properties_come_back_with_their_network(tmp_path: Path) -> None:
    card = joint_card()
    path = save_model(
        tmp_path / "joint.safetensors", create_model("rocks2net_joint", (2, 3)), card, half=True
    )
    network, again = load_model(path)
    assert again == card == ModelCard.from_json(card.to_json())
    assert network.classes_per_property == (2, 3)


def test_a_file_states_names_and_classes_once(model_path: Path) -> None:
    header = header_of(model_path)
    assert header["format_version"] == "5"
    assert header["card"].count("Übergang fein") == header["card"].count("lithology") == 1


PREPROCESSING = '{"size": 64, "resize": "stretch", "interpolation": "bilinear", "normalisation": "imagenet"}'


def written_by_version(version: int, card: str, network: RockNetwork, path: Path) -> Path:
    save_file(
        network.state_dict(),
        path,
        {"format": "napari-rocks2net", "format_version": str(version), "card": card},
    )
    return path


def test_a_file_of_version_1_opens(tmp_path: Path) -> None:
    card = (
        '{"property": "crystal", "classes": ["rhombic", "gerundet ß"], "architecture": "microcrystalnet", '
        f'"preprocessing": {PREPROCESSING}, "arguments": {{}}, "metrics": {{"accuracy": 0.5}}, '
        '"data": "two crystals", "licence": "MIT", "versions": {"torch": "2.9"}, '
        '"crop": {"margin": 0.2, "zero_background": true}}'
    )
    path = tmp_path / "1.safetensors"
    network, read = load_model(written_by_version(1, card, create_model("microcrystalnet", 2), path))
    assert read == ModelCard(
        (RockProperty("crystal", ("rhombic", "gerundet ß")),),
        "microcrystalnet",
        Preprocessing(size=64),
        metrics={"accuracy": 0.5},
        data="two crystals",
        licence="MIT",
        versions={"torch": "2.9"},
        crop={"margin": 0.2, "zero_background": True},
    )
    assert network.classes_per_property == (2,)


def test_a_file_of_version_2_with_several_properties_opens(tmp_path: Path) -> None:
    card = (
        '{"property": "grain, light", "classes": ["grain: fine", "grain: others", "light: others", '
        '"light: bright", "light: dark"], "architecture": "rocks2net_joint", '
        f'"preprocessing": {PREPROCESSING}, "arguments": {{}}, "metrics": {{}}, "data": "", "licence": "", '
        '"versions": {}, "crop": {}, '
        '"properties": {"grain": ["fine", "others"], "light": ["others", "bright", "dark"]}}'
    )
    path = tmp_path / "2.safetensors"
    network, read = load_model(written_by_version(2, card, create_model("rocks2net_joint", (2, 3)), path))
    assert read == joint_card()
    assert network.classes_per_property == (2, 3)


def test_a_file_of_version_3_opens_and_cannot_tell_the_unfamiliar(model_path: Path, tmp_path: Path) -> None:
    fields = json.loads(header_of(model_path)["card"])
    del fields["temperatures"]
    network, card = load_model(model_path)
    path = written_by_version(3, json.dumps(fields), network, tmp_path / "3.safetensors")
    _, read = load_model(path)
    assert read == card
    assert read.temperatures == {}
    prediction = RockClassifier.load(path, device="cpu").predict(np.full((9, 9, 3), 128, np.uint8)).only
    assert prediction.unfamiliar is None


def with_familiarity(path: Path, out: Path, half: bool = False) -> Path:
    """Copy a model file, with features that it has learned, all far from any image's."""
    network, card = load_model(path)
    network.familiarity = Familiarity(3, 1024, 4)
    network.familiarity.scale.fill_(1.0)
    network.familiarity.learned.copy_(10 * torch.ones(3, 1024))
    network.familiarity.distances.copy_(torch.arange(4))
    return save_model(out, network, card, half=half)


@pytest.mark.parametrize("half", [False, True])
def test_what_it_learned_comes_back_with_the_network(model_path: Path, tmp_path: Path, half: bool) -> None:
    network, _ = load_model(with_familiarity(model_path, tmp_path / "known.safetensors", half))
    assert network.familiarity is not None
    assert network.familiarity.learned.shape == (3, 1024)
    assert network.familiarity.distances.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("lacking", ["learned", "distances", "mean"])
def test_an_incomplete_familiarity_is_refused(model_path: Path, tmp_path: Path, lacking: str) -> None:
    path = with_familiarity(model_path, tmp_path / "known.safetensors")
    header, tensors = header_of(path), load_file(path)
    del tensors[f"familiarity.{lacking}"]
    save_file(tensors, path, header)
    with pytest.raises(ModelFileError, match=r"weights in .*known\.safetensors do not fit"):
        load_model(path)


def test_a_familiarity_of_no_photo_is_refused(model_path: Path, tmp_path: Path) -> None:
    path = with_familiarity(model_path, tmp_path / "known.safetensors")
    tensors = load_file(path) | {"familiarity.learned": torch.zeros(0, 1024)}
    save_file(tensors, path, header_of(path))
    with pytest.raises(ModelFileError, match=r"known\.safetensors do not fit"):
        load_model(path)


@pytest.mark.parametrize("properties", [{"grain": 3}, {"grain": ["fine"]}, {}, "grain", [1, 2]])
def test_a_card_without_sound_properties_is_refused(
    model_path: Path, tmp_path: Path, properties: object
) -> None:
    fields = json.loads(joint_card().to_json()) | {"properties": properties}
    damaged = rewritten(model_path, tmp_path / "damaged.safetensors", card=json.dumps(fields))
    with pytest.raises(ModelFileError, match=r"model card .* cannot be read"):
        load_model(damaged)


@pytest.mark.parametrize("properties", [(), (PROPERTIES[0], PROPERTIES[0])])
def test_a_card_names_at_least_one_property_and_each_once(properties: tuple[RockProperty, ...]) -> None:
    with pytest.raises(ValueError, match="at least one property and each of them once"):
        joint_card(properties)


@pytest.mark.parametrize("card", ["{", "[]", "{}", '{"classes": 3}', '"text"', "null"])
def test_a_broken_card_is_refused(model_path: Path, tmp_path: Path, card: str) -> None:
    path = rewritten(model_path, tmp_path / "broken.safetensors", card=card)
    with pytest.raises(ModelFileError, match=r"model card .* cannot be read"):
        load_model(path)


@pytest.mark.parametrize(
    "change",
    [
        {"properties": {"lithology": ["a", "b"]}},
        {"architecture": "gdnet"},
        {"architecture": "x"},
        {"arguments": {"evil": 1}},
    ],
)
def test_weights_that_do_not_fit_are_refused(model_path: Path, tmp_path: Path, change: dict) -> None:
    fields = {**json.loads(read_card(model_path).to_json()), **change}
    path = rewritten(model_path, tmp_path / "misfit.safetensors", card=json.dumps(fields))
    with pytest.raises(ModelFileError, match="do not fit the network"):
        load_model(path)


class Bomb:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def test_a_pickle_is_refused_and_never_run(tmp_path: Path) -> None:
    proof = tmp_path / "code ran"
    old_style, zipped = tmp_path / "old.safetensors", tmp_path / "zip.pt"
    old_style.write_bytes(pickle.dumps(Bomb(proof)))
    torch.save({"weights": Bomb(proof)}, zipped)
    for path in (old_style, zipped):
        with pytest.raises(ModelFileError, match="could run code"):
            load_model(path)
    assert not proof.exists()


@pytest.mark.parametrize("classes", [(), ("granite",), ("granite", "granite")])
def test_a_card_needs_two_different_classes(classes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least 2 different classes"):
        ModelCard((RockProperty("lithology", classes),), "rocks2net", Preprocessing())


def test_a_model_file_keeps_the_networks_arguments(tmp_path: Path) -> None:
    network = create_model("rocks2net", 2, localization="evidence")
    arguments = {"localization": "evidence"}
    card = ModelCard((RockProperty("p", ("a", "b")),), "rocks2net", Preprocessing(size=64), arguments)
    again, _ = load_model(save_model(tmp_path / "evidence.safetensors", network, card))
    assert type(again) is type(network)


@pytest.mark.parametrize(
    "hashes", [["0" * 15], ["0" * 17], ["G" * 16], [7], [None], "0" * 16, {"0" * 16: 1}, ["0" * 16] * 500_001]
)
def test_hashes_of_training_photos_are_bounded(model_path: Path, tmp_path: Path, hashes: Any) -> None:
    card = json.loads(header_of(model_path)["card"]) | {"trained_on": hashes}
    path = rewritten(model_path, tmp_path / "card.safetensors", card=json.dumps(card))
    with pytest.raises(ModelFileError, match=r"The model card in .*cannot be read"):
        read_card(path)


def test_hashes_of_training_photos_come_back(model_path: Path) -> None:
    card = replace(read_card(model_path), trained_on=("00000000000000ab", "cd" * 8))
    assert ModelCard.from_json(card.to_json()) == card


def saved_with(tmp_path: Path, change: Callable[[RockNetwork], None]) -> Path:
    """Save a small network that was changed."""
    network = create_model("microcrystalnet", 2)
    with torch.no_grad():
        change(network)
    card = ModelCard((RockProperty("crystal", ("a", "b")),), "microcrystalnet", Preprocessing(size=64))
    return save_model(tmp_path / "changed.safetensors", network, card)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e13, -3e38])
@pytest.mark.parametrize("half", [False, True])
def test_weights_that_are_no_numbers_or_absurd_are_refused(tmp_path: Path, value: float, half: bool) -> None:
    def spoil(network: RockNetwork) -> None:
        weight = list(network.parameters())[-1]
        weight.view(-1)[-1] = value

    path = saved_with(tmp_path, spoil)
    if half:
        network, card = create_model("microcrystalnet", 2), read_card(path)
        with torch.no_grad():
            spoil(network)
        save_model(path, network, card, half=True)
    with pytest.raises(ModelFileError, match=r"changed\.safetensors holds weights that are no numbers"):
        load_model(path)


def test_a_negative_variance_is_refused(model_path: Path, tmp_path: Path) -> None:
    network, card = load_model(model_path)
    state = network.state_dict()
    name = next(name for name in state if name.endswith("running_var"))
    state[name][0] = -1.0
    path = save_model(tmp_path / "variance.safetensors", network, card)
    with pytest.raises(ModelFileError, match="no numbers or beyond"):
        load_model(path)


def test_an_answer_is_never_no_number(tmp_path: Path) -> None:
    def overflow(network: RockNetwork) -> None:
        for weight in network.parameters():
            weight.copy_(torch.full_like(weight, 1e11))

    classifier = RockClassifier.load(saved_with(tmp_path, overflow), device="cpu")
    with pytest.raises(ModelFileError, match="not a number"):
        classifier.predict(np.full((9, 9, 3), 128, np.uint8))


@pytest.mark.parametrize(
    "changes",
    [
        {"preprocessing": {"size": 10**6}},
        {"preprocessing": {"size": 10**400}},
        {"preprocessing": {"size": "64"}},
        {"preprocessing": {"size": -64}},
        {"preprocessing": []},
        {"properties": {"rock": [str(number) for number in range(10_001)]}},
        {"properties": {str(number): ["a", "b"] for number in range(101)}},
        {"properties": {"rock": ["a", "b" * 201]}},
        {"properties": {"rock": ["a", ""]}},
        {"properties": {"rock": ["a", 7]}},
        {"properties": {"rock": "ab"}},
        {"properties": {}},
        {"arguments": {"growth": 10_001}},
        {"arguments": {"growth": float("inf")}},
        {"arguments": {"growth": [1]}},
        {"arguments": {"backbone": "x" * 201}},
        {"arguments": {str(number): 1 for number in range(21)}},
        {"architecture": ["rocks2net"]},
        {"metrics": 1},
        {"temperatures": [1.0]},
        {"temperatures": {"lithology": 0}},
        {"temperatures": {"lithology": float("nan")}},
        {"temperatures": {"lithology": "1"}},
        {"temperatures": {"of another": 1.0}},
        {"unknown": "field"},
    ],
    ids=lambda changes: f"{changes!r:.40}",
)
def test_a_card_beyond_its_bounds_is_refused(
    model_path: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    card = json.loads(header_of(model_path)["card"])
    own = {"preprocessing": card["preprocessing"] | changes["preprocessing"]} if isinstance(
        changes.get("preprocessing"), dict
    ) else changes  # fmt: skip
    path = rewritten(model_path, tmp_path / "card.safetensors", card=json.dumps(card | own))
    with pytest.raises(ModelFileError, match=r"card\.safetensors"):
        load_model(path)


def test_an_endless_or_deep_card_is_refused(model_path: Path, tmp_path: Path) -> None:
    for card in ("[" * 100_000 + "]" * 100_000, '{"data": "' + "x" * 16_000_001 + '"}', "9" * 5000):
        path = rewritten(model_path, tmp_path / "card.safetensors", card=card)
        with pytest.raises(ModelFileError, match=r"card\.safetensors"):
            read_card(path)


def test_opening_a_model_never_asks_for_weights_elsewhere(
    model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reach_out(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", reach_out)
    monkeypatch.setattr("torch.hub.load_state_dict_from_url", reach_out)
    card = json.loads(header_of(model_path)["card"])
    card["arguments"] = {"pretrained": True}
    path = rewritten(model_path, tmp_path / "card.safetensors", card=json.dumps(card))
    assert read_card(path).arguments == {}
    load_model(path)
