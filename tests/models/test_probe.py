"""The probe as a network: photos in, two streams out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_rocks2net.features import DESCRIPTOR_VERSION, describe
from napari_rocks2net.models import Probe, create_model


@pytest.fixture
def probe(rgb: np.ndarray) -> Probe:
    """A probe of both kinds whose coefficients are drawn, standardised by one photo."""
    network = create_model("probe", 3, kinds="texture+activations", photos=4)
    assert isinstance(network, Probe)
    generator = torch.Generator().manual_seed(0)
    for name in ("weight", "learned"):
        getattr(network, name).normal_(std=0.1, generator=generator)
    network.mean.copy_(network.standardised(described(network, rgb).whole))
    network.distances.copy_(torch.arange(1.0, 5.0))
    return network


def described(network: Probe, rgb: np.ndarray):
    return describe(rgb, network.kinds, stages=network.backbone)


def batch(rgb: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(rgb).permute(2, 0, 1)[None] / 255


@torch.inference_mode()
def test_a_photo_and_its_descriptors_get_the_same_answer(probe: Probe, rgb: np.ndarray) -> None:
    from_photo, from_descriptors = probe(batch(rgb)), probe.answer(described(probe, rgb))
    for name, value in vars(from_photo).items():
        torch.testing.assert_close(value, getattr(from_descriptors, name))


@torch.inference_mode()
def test_the_answer_is_the_mean_of_both_streams(probe: Probe, rgb: np.ndarray) -> None:
    output = probe(batch(rgb))
    mean = (output.global_log_probabilities.exp() + output.local_log_probabilities.exp()) / 2
    torch.testing.assert_close(output.log_probabilities.exp(), mean)
    assert output.evidence.shape == (1, 8, 8)


@torch.inference_mode()
def test_the_critical_area_is_the_window_with_the_strongest_evidence(probe: Probe, rgb: np.ndarray) -> None:
    output = probe(batch(rgb))
    windows = probe.logits(probe.standardised(described(probe, rgb).windows)).softmax(-1)
    label = int(output.global_log_probabilities.argmax())
    assert float(windows[..., label].max()) == pytest.approx(
        float(output.local_log_probabilities[0, label].exp()), abs=1e-5
    )
    again = probe(batch(rgb), output.critical_area)
    torch.testing.assert_close(
        again.local_log_probabilities, output.local_log_probabilities, atol=5e-3, rtol=1e-2
    )


@torch.inference_mode()
def test_without_a_local_stream_it_looks_at_the_whole(rgb: np.ndarray) -> None:
    network = create_model("probe", 2, local=False)
    assert network(batch(rgb)).local_log_probabilities is None
    with pytest.raises(ValueError, match="takes no critical area"):
        network(batch(rgb), torch.tensor([[0.0, 0, 1, 1]]))


@torch.inference_mode()
def test_unfamiliar_rises_with_the_distance_and_reaches_one(probe: Probe) -> None:
    steps = torch.tensor([0.0, 0.5, 1.5, 2.5, 3.5, 4.5, 8.0, 100.0])
    line = probe.learned[0] * 0 + steps[:, None] / len(probe.mean) ** 0.5
    probe.learned.zero_()
    shares = probe.unfamiliar(line)
    assert (shares.diff() >= 0).all()
    assert shares[[0, 2, 4]].tolist() == pytest.approx([0, 0.2, 0.6])
    assert 0.8 < shares[5] < shares[6] < 1
    assert shares[-1] == pytest.approx(1)


def test_it_never_trains(probe: Probe) -> None:
    assert not probe.train().training
    assert not list(create_model("probe", 2).parameters())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kinds": "smell"}, "kinds is 'smell'"),
        ({"kinds": "texture+texture"}, "kinds is"),
        ({"kinds": 3}, "kinds is 3"),
        ({"photos": 0}, "photos is 0"),
        ({"photos": 2.5}, "photos is 2.5"),
        ({"descriptor_version": DESCRIPTOR_VERSION + 1}, "descriptors of version"),
    ],
)
def test_unknown_arguments_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, RuntimeError), match=message):
        create_model("probe", 2, **wrong)
