"""One network for several properties: shared streams, a head each, the invariants of every segment."""

from __future__ import annotations

import pytest
import torch

from napari_rocks2net.models import RockNetwork, create_model
from napari_rocks2net.models.localization import standardised
from napari_rocks2net.models.output import class_counts, fuse, segment_log_softmax

FIVE = (7, 8, 5, 7, 9)
HEAD = 1024 * 64 + 64


def trainable(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(params=["gap", "evidence"])
def network(request: pytest.FixtureRequest) -> RockNetwork:
    torch.manual_seed(0)
    built = create_model("rocks2net_joint", (3, 4, 2), localization=request.param).eval()
    if request.param == "gap":
        torch.nn.init.normal_(built.get_submodule("localization").linear.weight)
    return built


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))


def test_five_properties_cost_four_heads_more_than_one() -> None:
    one, five = create_model("rocks2net", 7), create_model("rocks2net_joint", FIVE)
    heads = sum(HEAD + 64 * classes + classes for classes in FIVE)
    assert trainable(five) == 7_057_961 - (HEAD + 64 * 7 + 7) + heads == 7_322_246
    for part in ("backbone", "localization", "global_norm", "local_norm"):
        assert trainable(five.get_submodule(part)) == trainable(one.get_submodule(part))
    assert (five.classes_per_property, five.num_classes) == (FIVE, 36)


@pytest.mark.parametrize("classes", [4, (4,)])
def test_one_property_is_the_case_of_one_segment(classes: int | tuple[int, ...]) -> None:
    torch.manual_seed(0)
    plain = create_model("rocks2net", 4).eval()
    joint = create_model("rocks2net_joint", classes).eval()
    joint.load_state_dict(plain.state_dict())
    image = torch.randn(1, 3, 64, 64)
    assert joint(image).log_probabilities.equal(plain(image).log_probabilities)


def test_the_classes_of_each_property_sum_to_one_in_every_stream(
    network: RockNetwork, images: torch.Tensor
) -> None:
    output = network(images)
    for scores in (output.log_probabilities, output.global_log_probabilities, output.local_log_probabilities):
        assert scores.shape == (2, 9)
        for segment in scores.exp().split([3, 4, 2], dim=1):
            torch.testing.assert_close(segment.sum(dim=1), torch.ones(2))


def test_every_property_looks_at_the_same_area_inside_the_image(
    network: RockNetwork, images: torch.Tensor
) -> None:
    output = network(images * 100)
    assert output.critical_area.shape == (2, 4)
    assert output.translation.abs().max() <= 0.2 + 1e-6


def test_feeding_back_its_own_area_changes_nothing(network: RockNetwork, images: torch.Tensor) -> None:
    own = network(images)
    fed = network(images, critical_area=own.critical_area)
    torch.testing.assert_close(fed.log_probabilities, own.log_probabilities)


def test_the_backbone_runs_as_often_as_for_one_property(network: RockNetwork, images: torch.Tensor) -> None:
    calls = []
    for built in (network, create_model("rocks2net", 3, localization=_localization(network)).eval()):
        seen: list[int] = []
        built.backbone.register_forward_hook(
            lambda _module, inputs, _output, seen=seen: seen.append(len(inputs[0]))
        )
        built(images)
        calls.append(seen)
    assert calls[0] == calls[1]


def _localization(network: RockNetwork) -> str:
    return "gap" if hasattr(network, "localization") else "evidence"


def test_the_evidence_is_the_mean_over_the_heads(images: torch.Tensor) -> None:
    torch.manual_seed(0)
    network = create_model("rocks2net_joint", (3, 4), localization="evidence").eval()
    evidence = network(images).evidence
    features = network.backbone(images)
    norm = network.get_submodule("global_norm")
    maps = []
    for head in network.get_submodule("head").properties:
        scores = head(norm(features.mean(dim=(2, 3)))).argmax(dim=1)
        rows = norm(features.movedim(1, -1).reshape(-1, 1024))
        everywhere = head(rows).view(2, *features.shape[2:], -1)
        maps.append(standardised(torch.stack([everywhere[i, ..., scores[i]] for i in range(2)])))
    torch.testing.assert_close(evidence, sum(maps) / 2, atol=1e-4, rtol=1e-4)


def test_a_loss_of_one_property_leaves_the_other_heads_alone(images: torch.Tensor) -> None:
    network = create_model("rocks2net_joint", (3, 4))
    network(images).log_probabilities[:, :3].sum().backward()
    first, second = network.get_submodule("head").properties
    assert first.classes.weight.grad.abs().max() > 0
    assert second.classes.weight.grad.abs().max() == 0
    assert network.backbone.conv0.weight.grad.abs().max() > 0


def test_segments_are_softmaxed_by_themselves() -> None:
    logits = torch.randn(5, 9)
    parts = [part.log_softmax(dim=1) for part in logits.split([3, 4, 2], dim=1)]
    torch.testing.assert_close(segment_log_softmax(logits, (3, 4, 2)), torch.cat(parts, dim=1))
    torch.testing.assert_close(fuse(logits, logits, (3, 4, 2))[0], torch.cat(parts, dim=1))


def test_a_number_is_one_count() -> None:
    assert class_counts(3) == class_counts([3]) == (3,)


@pytest.mark.parametrize(
    ("name", "classes", "sentence"),
    [
        ("rocks2net", (3, 2), "'rocks2net' names one property, not 2; choose rocks2net_joint"),
        ("dsan", (3, 2), "names one property, not 2"),
        ("rocks2net_joint", (3, 1), "at least 2 classes, not 1"),
        ("rocks2net_joint", (), "at least 2 classes, not 0"),
        ("rocks2net_joint", 1, "at least 2 classes, not 1"),
    ],
)
def test_wrong_requests_say_what_to_do(name: str, classes: int | tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        create_model(name, classes)
