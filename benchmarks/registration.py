"""Registration of the views of a field: accuracy on synthetic sections with their truth, and on real pairs.

    python benchmarks/registration.py --data DATA --out build/registration [--set drawn fits sandstones]

Drawn sections in PPL and XPL are shifted by up to 15 pixels, turned by up to a degree, and turned by up to
60 degrees in XPL with the stage; the error is the largest over the view, in pixels. Views of other sections
show how well what does not belong together fits. Beside ours stand ways that scikit-image offers: phase
correlation of the brightness, the same of gradients, and its recipe for rotations, which lays the spectra on
a log-polar grid; mutual information, refined from the best shift of gradients; and SimpleITK and pystackreg
where they are installed.

Of the real pairs in DATA's folder sandstone_pairs, what is left is measured on blocks, each by itself: where
its gradients agree best within 8 pixels. Pairs of other folders, and exchanged pairs, show the fits.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage, optimize
from skimage.metrics import normalized_mutual_information
from skimage.registration import phase_cross_correlation
from skimage.transform import warp_polar

from napari_rocks2net.imaging import read_image
from napari_rocks2net.synthetic import draw_slide
from napari_rocks2net.views import ViewError
from napari_rocks2net.views.registration import register

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
SIDE, SECTION_SIDE = 300, 460
RECIPES = (
    *("granite", "basalt", "diorite", "coarse crystal", "micro crystal"),
    *("lithic sandstone", "siltstone", "quartz sandstone", "tuff", "slate"),
)
BLOCK, REACH = 160, 8
# Blocks whose gradients agree less nowhere say nothing.
LEAST_AGREEMENT = 0.2
SHIFTED, TURNED = "PPL to XPL, shifted", "XPL, stage turned, angle known"


def placed(angle: float, shift: Floats) -> Matrix:
    """Return the matrix from pixels of a view to those of the drawing, about both centres."""
    matrix = turned_about_centre(angle)
    matrix[:2, 2] += (SECTION_SIDE - SIDE) / 2 + shift
    return matrix


def turned_about_centre(angle: float) -> Matrix:
    """Return the matrix that turns a view about its centre, by degrees from y to x."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    centre = np.full(2, (SIDE - 1) / 2)
    matrix[:2, 2] = centre - matrix[:2, :2] @ centre
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


def largest_error(matrix: Matrix, true: Matrix) -> float:
    """Return the largest distance in pixels between where two matrices put the pixels of a view."""
    grid = np.linspace(0, SIDE - 1, 5)
    points = np.array([[y, x, 1] for y in grid for x in grid]).T
    return float(np.linalg.norm(((matrix - true) @ points)[:2], axis=0).max())


def pairs_of(seed: int) -> dict[str, tuple[Bytes, Bytes, float | None, Matrix]]:
    """Return two views of one section for each way to move one, the angle that is told, and the truth."""
    rng = np.random.default_rng(seed)
    slide = draw_slide(RECIPES[seed % len(RECIPES)], size=SECTION_SIDE, seed=1000 + seed)
    still, turned = placed(0, np.zeros(2)), rng.uniform(-60, 60)
    ppl, xpl, other = slide.ppl(), slide.xpl(0), slide.xpl(turned % 180)
    ways = {
        SHIFTED: (ppl, xpl, 0.0, 0.0),
        "PPL to XPL, shifted and turned a little": (ppl, xpl, rng.uniform(-1, 1), 0.0),
        TURNED: (xpl, other, turned, abs(turned)),
        "XPL, stage turned, angle not known": (xpl, other, turned, None),
    }
    pairs = {}
    for way, (fixed, moving, angle, known) in ways.items():
        matrix = placed(angle, rng.uniform(-15, 15, 2))
        pairs[way] = view(fixed, still), view(moving, matrix), known, np.linalg.inv(still) @ matrix
    return pairs


def by_brightness(fixed: Bytes, moving: Bytes) -> Matrix:
    """Register by phase correlation of the brightness."""
    return shifted_by_phase(fixed.mean(-1), moving.mean(-1))


def by_gradients(fixed: Bytes, moving: Bytes) -> Matrix:
    """Register by phase correlation of gradients."""
    return shifted_by_phase(gradients(fixed), gradients(moving))


def shifted_by_phase(fixed: Floats, moving: Floats) -> Matrix:
    """Return the shift that scikit-image finds, to a hundredth of a pixel."""
    matrix = np.eye(3)
    matrix[:2, 2] = phase_cross_correlation(fixed, moving, upsample_factor=100)[0]
    return matrix


def by_log_polar(fixed: Bytes, moving: Bytes) -> Matrix:
    """Register by the rotation between the spectra, then by the shift; of two angles by the better fit."""
    window = np.outer(*[np.hanning(SIDE)] * 2)
    spectra = [
        np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(gradients(each) * window)))) for each in (fixed, moving)
    ]
    polar = [
        # Half a turn of a spectrum is its other half again; a row is half a degree.
        warp_polar(each, radius=SIDE / 2, output_shape=(720, SIDE), scaling="log")[:360]
        for each in spectra
    ]
    polar = [each - each.mean(axis=0) for each in polar]
    angle = float(phase_cross_correlation(*polar, upsample_factor=10, normalization=None)[0][0]) / 2
    tried = []
    for turn in (angle, -angle, angle + 180, 180 - angle):
        rotation = turned_about_centre(turn)
        turned = warped(gradients(moving), rotation)
        shift = shifted_by_phase(gradients(fixed), turned)
        agreement = np.corrcoef(gradients(fixed).ravel(), warped(turned, shift).ravel())[0, 1]
        tried.append((agreement, shift @ rotation))
    return max(tried, key=lambda each: each[0])[1]


def by_mutual_information(fixed: Bytes, moving: Bytes) -> Matrix:
    """Register by mutual information of the brightness, from the shift that gradients have."""
    first, second = (each.mean(-1) for each in (fixed, moving))
    start = by_gradients(fixed, moving)

    def moved_by(steps: Floats) -> Matrix:
        shift = np.eye(3)
        shift[:2, 2] = steps[1:]
        return shift @ start @ turned_about_centre(steps[0] / np.radians(SIDE / 2))

    def lost(steps: Floats) -> float:
        inside = slice(20, -20)
        laid = warped(second, moved_by(steps))[inside, inside]
        return -float(normalized_mutual_information(first[inside, inside], laid, bins=32))

    options = {"initial_simplex": np.vstack([np.zeros(3), np.eye(3) * 2.0]), "maxfev": 120}
    return moved_by(optimize.minimize(lost, np.zeros(3), method="Nelder-Mead", options=options).x)


def by_simpleitk(fixed: Bytes, moving: Bytes) -> Matrix:
    """Register by SimpleITK's mutual information (Mattes), over three sizes, rotation and shift together."""
    import SimpleITK  # type: ignore[import-not-found]

    grey = [each.mean(-1).astype(np.float32) for each in (fixed, moving)]
    first, second = map(SimpleITK.GetImageFromArray, grey)
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 1e-3, 200)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    method.SetInterpolator(SimpleITK.sitkLinear)
    start = SimpleITK.CenteredTransformInitializer(first, second, SimpleITK.Euler2DTransform())
    method.SetInitialTransform(start, inPlace=False)
    transform = method.Execute(first, second)
    corners = np.array([[0.0, 0.0], [0.0, SIDE], [SIDE, 0.0]])
    moved_corners = np.array([transform.TransformPoint(corner[::-1].tolist())[::-1] for corner in corners])
    matrix = np.eye(3)
    matrix[:2] = np.linalg.solve(np.column_stack([corners, np.ones(3)]), moved_corners).T
    return np.asarray(np.linalg.inv(matrix), float)


def by_pystackreg(fixed: Bytes, moving: Bytes) -> Matrix:
    """Register by pystackreg, which minimises the difference of brightness (Thevenaz et al. 1998)."""
    from pystackreg import StackReg  # type: ignore[import-not-found]

    registration = StackReg(StackReg.RIGID_BODY).register(fixed.mean(-1), moving.mean(-1))
    exchange = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    return np.linalg.inv(exchange @ registration @ exchange)


def warped(image: Floats, matrix: Matrix) -> Floats:
    """Return a picture moved by a matrix, on the same grid."""
    inverse = np.linalg.inv(matrix)
    moved: Floats = ndimage.affine_transform(image, inverse[:2, :2], inverse[:2, 2], order=1, mode="nearest")
    return moved


RIVALS: dict[str, Callable[[Bytes, Bytes], Matrix]] = {
    "phase correlation of the brightness": by_brightness,
    "phase correlation of gradients": by_gradients,
    "log-polar spectra, then phase correlation": by_log_polar,
    "mutual information": by_mutual_information,
}
if find_spec("SimpleITK"):
    RIVALS["SimpleITK, mutual information"] = by_simpleitk
if find_spec("pystackreg"):
    RIVALS["pystackreg"] = by_pystackreg


def synthetic_tables(sections: int) -> tuple[list[str], list[str], list[float], list[float]]:
    """Return the rows of our ways and of the rivals', the fits of right pairs, and those of others."""
    pairs = [pairs_of(seed) for seed in range(sections)]
    ours, rivals, right, foreign = [], [], [], []
    for way in pairs[0]:
        errors, fits, start = [], [], time.process_time()
        for each in pairs:
            fixed, moving, known, true = each[way]
            registration = register(fixed, moving, known)
            errors.append(largest_error(registration.matrix, true))
            fits.append(registration.quality)
        seconds = (time.process_time() - start) / sections
        right += [fit for fit, error in zip(fits, errors, strict=True) if error <= 1]
        foreign += [fit for fit, error in zip(fits, errors, strict=True) if error > 1]
        ours.append(f"| {way} | {measured(errors)} | {min(fits):.1f} | {seconds:.1f} |")
    for name, rival in RIVALS.items():
        cells = [
            measured([largest_error(rival(*each[of][:2]), each[of][3]) for each in pairs])
            for of in (SHIFTED, TURNED)
        ]
        rivals.append(f"| {name} | {' | '.join(cells)} |")
    for number, each in enumerate(pairs):
        other = pairs[(number + 1) % sections]
        for way in (SHIFTED, "XPL, stage turned, angle not known"):
            foreign.append(register(each[way][0], other[way][1], each[way][2]).quality)
    return ours, rivals, right, foreign


def measured(errors: list[float]) -> str:
    """Return how many errors are small enough, the median and the largest."""
    return f"{np.sum(np.array(errors) <= 1)} of {len(errors)} | {np.median(errors):.2f} | {max(errors):.2f}"


def gradients(rgb: Bytes) -> Floats:
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
            block = standard(first[top : top + BLOCK, start : start + BLOCK])
            agreement = {
                (dy, dx): float(
                    block @ standard(second[top + dy : top + dy + BLOCK, start + dx : start + dx + BLOCK])
                )
                for dy in range(-REACH, REACH + 1)
                for dx in range(-REACH, REACH + 1)
            }
            best = max(agreement, key=lambda place: agreement[place])
            if agreement[best] >= LEAST_AGREEMENT:
                left.append(float(np.hypot(*best)))
    return left


def standard(block: Floats) -> Floats:
    """Return the pixels of a block in a row, of mean 0 and length 1; of one colour they are all 0."""
    row = block.ravel() - block.mean()
    return row / (np.linalg.norm(row) or 1.0)


def sandstone_rows(data: Path) -> list[str]:
    """Return a row for each of the sandstone pairs."""
    rows = []
    for file in sorted((data / "sandstone_pairs" / "ppl").iterdir()):
        fixed, moving = read_image(file), read_image(file.parents[1] / "xpl" / file.name)
        registration = register(fixed, moving)
        before, left = residuals(fixed, moving, np.eye(3)), residuals(fixed, moving, registration.matrix)
        rows.append(
            f"| {file.stem} | {registration.distance(*moving.shape[:2]):.1f} | {len(left)} | "
            f"{np.median(before):.1f} | {np.median(left):.1f} | {np.quantile(left, 0.9):.1f} | "
            f"{registration.quality:.1f} |"
        )
    return rows


def fit_rows(data: Path) -> Iterator[str]:
    """Yield the fits of each folder's pairs, and of the same exchanged."""
    for name, pairs in real_pairs(data):
        fits: dict[str, list[float]] = {"right": [], "moved by more than 2 px": [], "exchanged": []}
        for number, (fixed, moving) in enumerate(pairs):
            for kind, second in (("right", moving), ("exchanged", pairs[(number + 1) % len(pairs)][1])):
                try:
                    registration = register(fixed, second)
                except ViewError:
                    continue
                # But for the sandstones these pairs lie on one another already.
                off = kind == "right" and name != "sandstone_pairs"
                off = off and registration.distance(*second.shape[:2]) > 2
                fits["moved by more than 2 px" if off else kind].append(registration.quality)
        for kind, measured_fits in fits.items():
            if measured_fits:
                low, high = min(measured_fits), max(measured_fits)
                yield (
                    f"| {name}, {kind} | {len(measured_fits)} | {low:.2f} | "
                    f"{np.median(measured_fits):.2f} | {high:.2f} |"
                )


def real_pairs(data: Path) -> Iterator[tuple[str, list[tuple[Bytes, Bytes]]]]:
    """Yield the name of each folder of pairs, and its pairs; of the many grains every fourth."""
    folder = data / "sandstone_pairs"
    files = [(file, folder / "xpl" / file.name) for file in sorted((folder / "ppl").iterdir())]
    yield folder.name, [(read_image(one), read_image(two)) for one, two in files]
    for folder, every in ((data / "slide_pairs", 1), (data / "grain_pairs", 4)):
        with (folder / "pairs.csv").open(encoding="utf-8") as table:
            rows = list(csv.DictReader(table))[::every]
        named = [(folder / row["ppl"], folder / row["xpl"]) for row in rows]
        yield folder.name, [(read_image(one), read_image(two)) for one, two in named]


def synthetic_lines(sections: int, _data: Path | None) -> Iterator[str]:
    """Yield the tables of drawn sections."""
    ours, rivals, right, foreign = synthetic_tables(sections)
    yield from (
        "| views | error <= 1 px | median | largest | lowest fit | seconds |",
        "|---|---|---|---|---|---|",
    )
    yield from (*ours, "")
    yield "| way | shifted: <= 1 px | median | largest | turned: <= 1 px | median | largest |"
    yield from ("|---|---|---|---|---|---|---|", *rivals, "", *FIT_HEADER)
    for name, fits in (("drawn, right", right), ("drawn, of other sections or wrong", foreign)):
        yield f"| {name} | {len(fits)} | {min(fits):.2f} | {np.median(fits):.2f} | {max(fits):.2f} |"


def fit_lines(_sections: int, data: Path | None) -> Iterator[str]:
    """Yield the table of the fits of real pairs."""
    if data is not None:
        yield from (*FIT_HEADER, *fit_rows(data))


def sandstone_lines(_sections: int, data: Path | None) -> Iterator[str]:
    """Yield the table of what is left of the sandstone pairs."""
    if data is not None:
        yield "| pair | moved | blocks | apart before: median | left: median | 90 % | fit |"
        yield from ("|---|---|---|---|---|---|---|", *sandstone_rows(data))


FIT_HEADER = ("| fits | pairs | lowest | median | highest |", "|---|---|---|---|---|")
SETS: dict[str, Callable[[int, Path | None], Iterator[str]]] = {
    "drawn": synthetic_lines,
    "fits": fit_lines,
    "sandstones": sandstone_lines,
}


def main() -> None:
    """Measure, and write each set of tables as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="without it drawn sections alone")
    parser.add_argument("--out", type=Path, required=True, help="folder of a Markdown file for each set")
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS), help="which, all by default")
    parser.add_argument("--sections", type=int, default=20, help="drawn ones")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.set:
        text = "\n".join([*SETS[name](options.sections, options.data), ""])
        (options.out / f"registration_{name}.md").write_text(text)
        print(text, flush=True)


if __name__ == "__main__":
    main()
