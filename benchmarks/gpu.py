"""CUDA GPU: images a second, memory, and agreement with the CPU, of rocks2net.

    python benchmarks/gpu.py            # at most 8 minutes; writes build/gpu/gpu.json and build/gpu/gpu.md

The rows of the first table, at 224 and 512 px, one image at a time and at the best batch:

* eager fp32: a plain script, single precision, default memory format.
* eager AMP: the same under autocast.
* compiled AMP: channels last, autocast and `torch.compile`, for what it would bring.
* ours: `RockClassifier.predict_many`.

All four take 8-bit RGB arrays and end with probabilities on the CPU. The share of the traffic limit is the
rate times the bytes that the convolutions of one image must read and write at least, divided by the bandwidth
that a large copy reaches in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from inference import untrained_model
from PIL import Image
from recording import FOLDER, Table, add_option, publish
from torch import Tensor, nn

from napari_rocks2net import RockClassifier, TrainingConfig
from napari_rocks2net.model_file import load_model
from napari_rocks2net.models import RockNetwork
from napari_rocks2net.samples import load_samples
from napari_rocks2net.synthetic import draw_section, write_collection
from napari_rocks2net.training import EpochFinished, TrainingProcess
from napari_rocks2net.training.process.training_process import wait_for

SIZES = (224, 512)
BATCHES = (1, 8, 32, 64, 128, 256)
# Every further size is compiled anew, which takes minutes.
COMPILED_BATCHES = (64,)
# A batch that is not this much faster than the smaller one ends the search for the best.
WORTHWHILE = 1.05
SECONDS_A_ROW = 2.0
COMPILED = "compiled AMP"
JPEG_FILES = 512
JPEG_SIZE = 1024
COPIED_BYTES = 1 << 28
NO_GPU = "PyTorch finds no CUDA GPU here"

Way = Callable[[list[np.ndarray]], np.ndarray]


@dataclass(frozen=True)
class Rate:
    """How fast one way is at one size and batch.

    Attributes
    ----------
    way : str
    size : int
        Pixels a side.
    batch : int
    images_per_second : float
    peak_megabytes : float
        Of the GPU's memory.
    share : float
        Of the traffic limit, 0..1.
    """

    way: str
    size: int
    batch: int
    images_per_second: float
    peak_megabytes: float
    share: float


def plain(model: Path, device: str, *, amp: bool, compiled: bool = False) -> Way:
    """Return a script's way to classify a batch: arrays in, probabilities (N, C) out."""
    network, card = load_model(model)
    network = network.to(device)
    forward: Callable[[Tensor], Any] = network
    layout = torch.channels_last if compiled else torch.contiguous_format
    if compiled:
        network.to(memory_format=torch.channels_last)
        forward = torch.compile(network)

    def classify(images: list[np.ndarray]) -> np.ndarray:
        pixels = torch.stack([card.preprocessing(image) for image in images])
        pixels = pixels.to(device, memory_format=layout)
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=amp):
            output = forward(pixels)
        return output.log_probabilities.exp().float().cpu().numpy()

    return classify


def ours(model: Path, device: str) -> Way:
    """Return the library's way."""
    classifier = RockClassifier.load(model, device=device)
    return partial(_with_classifier, classifier)


def _with_classifier(classifier: RockClassifier, images: list[np.ndarray]) -> np.ndarray:
    results = classifier.predict_many(images, batch_size=len(images))
    return np.stack([list(each.only.probabilities.values()) for each in results if each is not None])


def ways(model: Path, device: str) -> dict[str, Callable[[], Way]]:
    """Return what makes each way, so that only one has its network in memory at a time."""
    every = {
        "eager fp32": lambda: plain(model, device, amp=False),
        "eager AMP": lambda: plain(model, device, amp=True),
        COMPILED: lambda: plain(model, device, amp=True, compiled=True),
        "ours": lambda: ours(model, device),
    }
    if device == "cpu":
        del every[COMPILED]
    return every


def rates(way: str, classify: Way, size: int, limit: float, options: argparse.Namespace) -> Iterator[Rate]:
    """Yield the rate one image at a time, then that of the batch from which on larger ones gain nothing."""
    best: Rate | None = None
    for batch in COMPILED_BATCHES if way == COMPILED else BATCHES:
        try:
            speed, peak = timed(classify, sections(size, batch), options.seconds, options.device)
        except torch.OutOfMemoryError:
            break
        rate = Rate(way, size, batch, speed, peak, speed / limit)
        if batch == 1:
            yield rate
        elif best is not None and speed < WORTHWHILE * best.images_per_second:
            break
        best = rate
    if best is not None and best.batch > 1:
        yield best


def timed(classify: Way, images: list[np.ndarray], seconds: float, device: str) -> tuple[float, float]:
    """Return images a second after a warm-up, and the peak of the GPU's memory in MB."""
    for _ in range(2):
        classify(images)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        classify(images)
        count += len(images)
    speed = count / (time.perf_counter() - start)
    return speed, torch.cuda.max_memory_allocated() / 1e6 if device == "cuda" else 0.0


def sections(size: int, count: int) -> list[np.ndarray]:
    """Return drawn sections, four different ones in turn."""
    different = [draw_section("fine crystal", size=size, seed=seed).ppl for seed in range(min(4, count))]
    return [different[index % len(different)] for index in range(count)]


def bandwidth(device: str) -> float:
    """Return the bytes a second that a copy inside the device's memory reads and writes together."""
    source = torch.empty(COPIED_BYTES, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    seconds = []
    for _ in range(10):
        synchronize(device)
        start = time.perf_counter()
        target.copy_(source)
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return 2 * COPIED_BYTES / statistics.median(seconds)


def synchronize(device: str) -> None:
    """Wait until the device has done what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def bytes_an_image(network: RockNetwork, size: int, bytes_a_number: int = 2) -> float:
    """Return what the convolutions of one image read and write once each: what cannot be saved by fusing."""
    numbers = 0

    def count(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal numbers
        numbers += inputs[0].numel() + output.numel()

    hooks = [each.register_forward_hook(count) for each in network.modules() if isinstance(each, nn.Conv2d)]
    with torch.inference_mode():
        network(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return float(numbers * bytes_a_number)


def end_to_end(model: Path, device: str, folder: Path, count: int) -> float:
    """Return images a second from JPEG files of 1 megapixel to predictions."""
    paths = []
    for index, image in enumerate(sections(JPEG_SIZE, min(4, count))):
        paths.append(folder / f"{index}.jpg")
        Image.fromarray(image).save(paths[-1], quality=90)
    classifier = RockClassifier.load(model, device=device)
    list(classifier.predict_many(paths))
    start = time.perf_counter()
    answers = list(classifier.predict_many(paths[index % len(paths)] for index in range(count)))
    assert all(answers)
    return count / (time.perf_counter() - start)


def agreement(model: Path, device: str, size: int) -> dict[str, float]:
    """Return how far the device's answers are from the CPU's."""
    images = [draw_section(name, size=size, seed=1).ppl for name in ("mud crystal", "coarse crystal")] * 4
    on_cpu, on_device = (ours(model, each)(images) for each in ("cpu", device))
    return {
        f"largest difference of a probability from the CPU, {size} px": float(
            np.abs(on_cpu - on_device).max()
        ),
        f"same class as on the CPU, {size} px": float((on_cpu.argmax(1) == on_device.argmax(1)).mean()),
    }


@contextmanager
def little_memory(fraction: float) -> Iterator[None]:
    """Let torch have only a part of the GPU's memory."""
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(fraction)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


def halving(model: Path, size: int) -> str:
    """Classify more images at a time than fit in 2 GB; say what came of it."""
    images = sections(size, 256)
    expected = ours(model, "cuda")(images[:4])
    with little_memory(2e9 / torch.cuda.get_device_properties(0).total_memory):
        answers = ours(model, "cuda")(images)
    difference = float(np.abs(answers[:4] - expected).max())
    return f"{len(answers)} of {len(images)} images classified in 2 GB, largest difference {difference:.1e}"


def training(folder: Path, device: str, size: int, per_class: int) -> dict[str, float]:
    """Train one epoch in a process of its own; return its speed and the memory that stays behind."""
    table = write_collection(folder / "sections", "grain", per_class, size, 1)
    samples = load_samples(table, "grain", "section")
    before = free_megabytes(device)
    config = TrainingConfig(
        model="rocks2net",
        size=size,
        epochs=2,
        start_from="random",
        output=folder / "run",
        patience=0,
    )
    seconds: list[float] = []

    def follow(event: object) -> None:
        if isinstance(event, EpochFinished):
            seconds.append(event.seconds)

    run = wait_for(TrainingProcess.start(config, samples), follow)
    images = len(samples.frame)
    trained = sum(run.metrics[part]["samples"] for part in ("validation", "test") if part in run.metrics)
    return {
        "training, images/s with validation": (images - trained) / seconds[-1],
        "memory that stays taken, MB": before - free_megabytes(device),
    }


def free_megabytes(device: str) -> float:
    """Return what is free of the GPU's memory."""
    return torch.cuda.mem_get_info()[0] / 1e6 if device == "cuda" else 0.0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure all, and return it as what JSON holds."""
    device, work = options.device, options.out / "work"
    work.mkdir(parents=True, exist_ok=True)
    speed = bandwidth(device)
    results: list[Rate] = []
    extra: dict[str, Any] = {"bandwidth, GB/s": speed / 1e9}
    for size in options.sizes:
        model = untrained_model(work, size)
        limit = speed / bytes_an_image(load_model(model)[0], size)
        extra[f"traffic limit at {size} px, images/s"] = limit
        for name, make in ways(model, device).items():
            for rate in rates(name, make(), size, limit, options):
                print(row(rate), flush=True)
                results.append(rate)
        extra |= agreement(model, device, size)
    extra["from JPEG of 1 Mpx, images/s"] = end_to_end(model, device, work, options.files)
    if device == "cuda":
        extra["out of memory"] = halving(model, options.sizes[-1])
    with tempfile.TemporaryDirectory() as folder:
        extra |= training(Path(folder), device, options.sizes[0], options.per_class)
    return {"machine": machine(device), "rates": [asdict(each) for each in results], "other": extra}


def machine(device: str) -> str:
    """Return the name of the processor, with versions and date."""
    name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    return f"{name}, torch {torch.__version__}, CUDA {torch.version.cuda}, {datetime.now(UTC):%Y-%m-%d}"


def row(rate: Rate) -> str:
    """Return a rate as a row of the table."""
    return (
        f"| {rate.way} | {rate.size} | {rate.batch} | {rate.images_per_second:.1f} "
        f"| {rate.peak_megabytes:.0f} | {rate.share:.0%} |"
    )


def markdown(result: dict[str, Any]) -> str:
    """Return the tables for docs/performance.md."""
    lines = [f"{result['machine']}:", ""]
    lines += [
        "| way | px | batch | images/s | peak, MB | of the traffic limit |",
        "|---|---|---|---|---|---|",
    ]
    lines += [row(Rate(**each)) for each in result["rates"]]
    lines += ["", "| what | |", "|---|---|"]
    for name, value in result["other"].items():
        lines.append(f"| {name} | {value:.4g} |" if isinstance(value, float) else f"| {name} | {value} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"), help="cpu: to try the script")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seconds", type=float, default=SECONDS_A_ROW, help="timed for each row")
    parser.add_argument("--files", type=int, default=JPEG_FILES)
    parser.add_argument("--per-class", type=int, default=12, help="sections a class for the training")
    parser.add_argument("--out", type=Path, default=Path("build/gpu"))
    add_option(parser)
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        leave_unmeasured(options.record)
        raise SystemExit(0 if options.record else f"{NO_GPU}; try the script with --device cpu.")
    result = measure(options)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "gpu.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    (options.out / "gpu.md").write_text(markdown(result), encoding="utf-8")
    print(markdown(result))
    for table in tables(result):
        publish(table, options.record)


def leave_unmeasured(record: bool) -> None:
    """Record that there is nothing, where there never was."""
    if record and not (FOLDER / "gpu.json").exists():
        remark = (
            "**Unmeasured**: no CUDA GPU was at hand. The command needs no arguments, and at most 8 minutes."
        )
        for name in ("gpu", "gpu-more"):
            publish(Table.measured(name, (), (), [remark]), record)


def tables(result: dict[str, Any]) -> list[Table]:
    """Return what was measured, for docs/performance.md."""
    columns = ("way", "px", "batch", "images/s", "peak, MB", "of the traffic limit")
    rows = [row(Rate(**each)).strip("| ").split(" | ") for each in result["rates"]]
    named = [
        [name, f"{each:.4g}" if isinstance(each, float) else str(each)]
        for name, each in result["other"].items()
    ]
    machine = result["machine"]
    return [
        Table.measured("gpu", columns, rows, machine=machine),
        Table.measured("gpu-more", ("what", "measured"), named, machine=machine),
    ]


if __name__ == "__main__":
    main()
