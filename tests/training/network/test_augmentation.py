from __future__ import annotations

import torch

from napari_rocks2net.training.network.augmentation import QuarterTurn, augmentation


def test_quarter_turns_reach_all_four_and_move_pixels_only():
    image = torch.arange(3 * 4 * 4, dtype=torch.uint8).reshape(3, 4, 4)
    turned = {tuple(QuarterTurn()(image).flatten().tolist()) for _ in range(100)}
    assert turned == {tuple(torch.rot90(image, k, (1, 2)).flatten().tolist()) for k in range(4)}


def test_the_size_of_a_grain_is_kept():
    image = torch.zeros(3, 64, 64, dtype=torch.uint8)
    image[:, 10:30, 5:15] = 200
    change = augmentation()
    for _ in range(30):
        grain = change(image)[0] > 60
        height, width = int(grain.any(dim=1).sum()), int(grain.any(dim=0).sum())
        assert {height, width} == {20, 10}
        assert int(grain.sum()) == 200


def test_colours_change_mildly():
    image = torch.full((3, 8, 8), 120, dtype=torch.uint8)
    change = augmentation()
    means = torch.stack([change(image).float().mean() for _ in range(50)])
    assert change(image).dtype == torch.uint8
    assert means.std() > 1
    assert (means - 120).abs().max() < 60


def test_the_seed_decides():
    image = torch.randint(0, 255, (3, 16, 16), dtype=torch.uint8)
    change = augmentation()
    torch.manual_seed(3)
    first = change(image)
    torch.manual_seed(3)
    assert torch.equal(change(image), first)
