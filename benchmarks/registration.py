"""How well views of a field are registered: on drawn sections with their truth, and on real pairs.

    python benchmarks/registration.py --data DATA --out build/registration

Drawn sections in PPL and XPL are shifted by up to 15 pixels, turned by up to a degree, and turned by up to
60 degrees in XPL with the stage; the error is the largest over the view, in pixels. Of the real pairs, DATA's
folder sandstone_pairs, what is left is measured on blocks: where the gradients of a block agree best within 8
pixels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.imaging import read_image
from napari_rocks2net.synthetic import draw_slide
from napari_rocks2net.views.registration import register

Bytes = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]
SIDE, SECTION_SIDE = 300, 460
RECIPES = (
    *("granite", "basalt", "diorite", "coarse crystal", "micro crystal"),
    *("lithic sandstone", "siltstone", "quartz sandstone", "tuff", "slate"),
)
BLOCK, REACH = 160, 8
# Blocks whose gradients agree less nowhere say nothing.
LEAST_AGREEMENT = 0.2


def placed(angle: float, shift: npt.NDArray[np.float64]) -> Matrix:
    """Return the matrix from pixels of a view to those of the drawing, about both centres."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    matrix[:2, 2] = (SECTION_SIDE - 1) / 2 + shift - matrix[:2, :2] @ np.full(2, (SIDE - 1) / 2)
    return matrix


def view(drawing: Bytes, matrix: Matrix) -> Bytes:
    """Return the view of a drawing by a matrix."""
    channels = [
        ndimage.affine_transform(
            drawing[..., each].astype(float), matrix[:2, :2], matrix[:2, 2], (SIDE, SIDE)
        )
        for each in range(3)
    ]
    return np.stack(channels, -1).clip(0, 255).astype(np.uint8)


def largest_error(registration: Matrix, true: Matrix) -> float:
    """Return the largest distance in pixels between where two matrices put the pixels of a view."""
    grid = np.linspace(0, SIDE - 1, 5)
    points = np.array([[y, x, 1] for y in grid for x in grid]).T
    return float(np.linalg.norm(((registration - true) @ points)[:2], axis=0).max())


def synthetic_pairs(seed: int) -> dict[str, tuple[float, float]]:
    """Return the error and the quality of each way to move a view of one section."""
    rng = np.random.default_rng(seed)
    slide = draw_slide(RECIPES[seed % len(RECIPES)], size=SECTION_SIDE, seed=1000 + seed)
    still = placed(0, np.zeros(2))
    turned = rng.uniform(-60, 60)
    ways = {
        "PPL to XPL, shifted": (slide.ppl(), slide.xpl(0), 0.0, 0.0),
        "PPL to XPL, shifted and turned a little": (slide.ppl(), slide.xpl(0), rng.uniform(-1, 1), 0.0),
        "XPL, stage turned, angle known": (slide.xpl(0), slide.xpl(turned % 180), turned, abs(turned)),
        "XPL, stage turned, angle not known": (slide.xpl(0), slide.xpl(turned % 180), turned, None),
    }
    measured = {}
    for way, (fixed, moving, angle, known) in ways.items():
        matrix = placed(angle, rng.uniform(-15, 15, 2))
        registration = register(view(fixed, still), view(moving, matrix), known)
        measured[way] = (
            largest_error(registration.matrix, np.linalg.inv(still) @ matrix),
            registration.quality,
        )
    return measured


def gradients(rgb: Bytes) -> npt.NDArray[np.float64]:
    """Return the sum of the gradients of all channels."""
    image = rgb.astype(float)
    channels = [ndimage.gaussian_gradient_magnitude(image[..., each], 1.5) for each in range(3)]
    return np.sum(channels, axis=0)


def residuals(fixed: Bytes, moving: Bytes, matrix: Matrix) -> list[float]:
    """Return how far blocks of a registered view are from where their gradients agree best."""
    inverse = np.linalg.inv(matrix)
    first = gradients(fixed)
    second = ndimage.affine_transform(
        gradients(moving), inverse[:2, :2], inverse[:2, 2], first.shape, order=1
    )
    left = []
    for top in range(2 * REACH, first.shape[0] - BLOCK - 2 * REACH, BLOCK):
        for start in range(2 * REACH, first.shape[1] - BLOCK - 2 * REACH, BLOCK):
            agreement = {
                (dy, dx): np.corrcoef(
                    first[top : top + BLOCK, start : start + BLOCK].ravel(),
                    second[top + dy : top + dy + BLOCK, start + dx : start + dx + BLOCK].ravel(),
                )[0, 1]
                for dy in range(-REACH, REACH + 1)
                for dx in range(-REACH, REACH + 1)
            }
            best = max(agreement, key=lambda place: agreement[place])
            if agreement[best] >= LEAST_AGREEMENT:
                left.append(float(np.hypot(*best)))
    return left


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of registration.md")
    parser.add_argument("--sections", type=int, default=20)
    options = parser.parse_args()
    lines = ["| views | error <= 1 px | median | largest | lowest quality |", "|---|---|---|---|---|"]
    measured = [synthetic_pairs(seed) for seed in range(options.sections)]
    for way in measured[0]:
        errors, qualities = map(np.array, zip(*(each[way] for each in measured), strict=True))
        lines.append(
            f"| {way} | {np.sum(errors <= 1)} of {len(errors)} | {np.median(errors):.2f} | "
            f"{errors.max():.2f} | {qualities.min():.3f} |"
        )
    if options.data is not None:
        lines += [
            "",
            "| pair | moved | blocks | left: median | 90 % | quality |",
            "|---|---|---|---|---|---|",
        ]
        for file in sorted((options.data / "sandstone_pairs" / "ppl").iterdir()):
            fixed, moving = read_image(file), read_image(file.parents[1] / "xpl" / file.name)
            registration = register(fixed, moving)
            left = residuals(fixed, moving, registration.matrix)
            lines.append(
                f"| {file.stem} | {registration.distance(*moving.shape[:2]):.1f} | {len(left)} | "
                f"{np.median(left):.1f} | {np.quantile(left, 0.9):.1f} | {registration.quality:.2f} |"
            )
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "registration.md").write_text("\n".join([*lines, ""]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
