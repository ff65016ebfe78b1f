"""Networks of fields: any number of views in, one answer a field out."""

from __future__ import annotations

import pytest
import torch

from napari_rocks2net.features import FieldLayout
from napari_rocks2net.models import RockNetwork, ViewBatch, create_model, in_one_light, join_fields
from napari_rocks2net.models.fields import FieldNorm, pool_views

LAYOUT = FieldLayout(("PPL", "XPL"), ("XPL",))
ARGUMENTS = [
    ("gdnet", {}),
    ("dcnet", {}),
    ("rocks2net", {}),
    ("rocks2net", {"localization": "evidence"}),
]


def field(*lights: int, seed: int = 0) -> ViewBatch:
    """A batch of one field with views in lights of the layout."""
    images = torch.rand(len(lights), 3, 32, 32, generator=torch.Generator().manual_seed(seed))
    return ViewBatch(images, torch.zeros(len(lights), dtype=torch.int64), torch.tensor(lights))


FIELDS = [field(0, 1, 1, seed=1), field(0, seed=2), field(1, 1, seed=3)]


@pytest.fixture(params=ARGUMENTS, ids=["gdnet", "dcnet", "rocks2net", "evidence"], scope="module")
def network(request: pytest.FixtureRequest) -> RockNetwork:
    name, arguments = request.param
    torch.manual_seed(0)
    network = create_model(name, 3, backbone="efficientnet_lite0", **LAYOUT.arguments, **arguments)
    if name == "rocks2net" and not arguments:
        torch.nn.init.normal_(network.localization.linear.weight)
    return network.eval()


def test_each_field_gets_the_answer_that_it_gets_alone(network):
    together = network(join_fields(FIELDS))
    for index, one in enumerate(FIELDS):
        alone = network(one)
        torch.testing.assert_close(together.log_probabilities[index], alone.log_probabilities[0])
        if alone.critical_area is not None:
            torch.testing.assert_close(together.critical_area[index], alone.critical_area[0])
    # What a field lacks is not a number: it is told unlike by the lights that it has.
    for features, one in zip(together.features, FIELDS, strict=True):
        torch.testing.assert_close(features, network(one).features[0], equal_nan=True)
    assert together.features.isnan().any(dim=1).tolist() == [False, True, True]


def test_the_order_of_the_views_does_not_matter(network):
    views = FIELDS[0]
    other = ViewBatch(views.images[[2, 0, 1]], views.field, views.light[[2, 0, 1]])
    torch.testing.assert_close(network(other).log_probabilities, network(views).log_probabilities)


def test_photos_are_refused_by_a_network_of_fields_and_fields_by_one_of_photos(network):
    with pytest.raises(ValueError, match="looks at fields in PPL, XPL"):
        network(FIELDS[0].images)
    with pytest.raises(ValueError, match="looks at photos"):
        create_model("gdnet", 2, backbone="efficientnet_lite0").eval()(FIELDS[0])


def test_a_training_step_over_fields_of_any_views_has_sound_gradients(network):
    network.train()
    try:
        network(join_fields([*FIELDS, *FIELDS])).log_probabilities[:, 0].sum().backward()
        gradients = [each.grad for each in network.parameters() if each.grad is not None]
        assert gradients
        assert all(torch.isfinite(each).all() for each in gradients)
    finally:
        network.eval()


def test_features_are_pooled_by_hand():
    batch = join_fields(FIELDS)
    features = torch.arange(12.0).reshape(6, 2)
    pooled = pool_views(features, batch, LAYOUT)
    nan = torch.nan
    # The smallest variance keeps the root of the spread differentiable.
    spread = (torch.tensor(1.0) + 1e-6).sqrt().item()
    expected = [
        [0, 1, 3, 4, spread, spread],
        [6, 7, nan, nan, nan, nan],
        [nan, nan, 9, 10, spread, spread],
    ]
    torch.testing.assert_close(pooled, torch.tensor(expected), equal_nan=True)
    alone, fields = in_one_light(pooled, LAYOUT, "XPL")
    assert fields.tolist() == [0]
    torch.testing.assert_close(alone, torch.tensor([[nan, nan, 3, 4, spread, spread]]), equal_nan=True)


def test_what_a_field_lacks_is_nothing_behind_the_normalisation():
    norm = FieldNorm(3).eval()
    norm.running_mean.copy_(torch.tensor([1.0, 2.0, 3.0]))
    norm.bias.data.fill_(0.5)
    pooled = torch.tensor([[2.0, torch.nan, 3.0]])
    assert norm(pooled)[0, 1] == 0
    assert norm(pooled)[0, 2] == 0.5
    assert norm.completed(pooled).tolist() == [[2.0, 2.0, 3.0]]


def test_lights_are_left_out_by_chance_and_never_all():
    torch.manual_seed(0)
    batch = join_fields([field(0, 1, 1), field(0), field(1)] * 100)
    some = batch.without_some_lights()
    assert len(some) == len(batch) == 300
    assert sorted(set(some.field.tolist())) == list(range(300))
    views = torch.bincount(some.field)[::3]
    # Both lights, PPL alone, XPL alone; both views of XPL come or go together.
    assert set(views.tolist()) == {1, 2, 3}
    assert 0.3 < (views == 3).float().mean() < 0.65


@pytest.mark.parametrize("lights", ["PPL+PPL", "moonlight", "PPL+"])
def test_lights_that_are_none_are_refused(lights):
    with pytest.raises(ValueError, match="lights are"):
        create_model("gdnet", 2, backbone="efficientnet_lite0", lights=lights)


def test_a_network_that_takes_no_views_says_so():
    with pytest.raises(ValueError, match="does not take these arguments"):
        create_model("microcrystalnet", 2, lights="PPL+XPL")
