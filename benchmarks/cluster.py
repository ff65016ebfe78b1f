"""Cluster throughput: photos a second over two local Dask workers, beside one thread of this computer.

    python benchmarks/cluster.py

The built-in model on drawn sections as JPEG. Each worker is a process of one thread; the tables of both ways
are compared byte for byte. The cost of 100,000 photos and of 1,000 slides is the processor's seconds for one
photo here times so many, nothing more: a file server that is slower than its workers is not in it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import torch
from PIL import Image
from recording import Table, add_option, publish

from napari_rocks2net import DistributedClassifier, RockClassifier
from napari_rocks2net.classify import distributed as distributed_module
from napari_rocks2net.synthetic import draw_section
from napari_rocks2net.wording import duration

MODEL = "five_properties"
# Photos of a task; tasks for each worker before it is timed, the first of which loads the model.
TASK, WARM_UP = 4, 4
SIDES = {"1 Mpx": 1000, "12 Mpx": 3464}
PHOTOS, SLIDES, WINDOWS_OF_SLIDE = 100_000, 1_000, 1_500
CORES = (1, 16, 256)


def write_photos(folder: Path, count: int, side: int) -> list[Path]:
    """Write square JPEG files of drawn sections, enlarged."""
    paths = [folder / f"{side}-{index}.jpg" for index in range(count)]
    for seed, path in enumerate(paths):
        section = Image.fromarray(draw_section("fine crystal", size=500, seed=seed % 4).ppl)
        section.resize((side, side)).save(path, quality=90)
    return paths


def here(photos: list[Path]) -> tuple[float, float, list[object]]:
    """Classify with one thread of this process; return the rate, that of an idle core, and the answers."""
    torch.set_num_threads(1)
    classifier = RockClassifier.load(MODEL, device="cpu", backend="torch")
    classifier.predict(photos[0])
    start, of_processor = time.perf_counter(), time.process_time()
    answers = [each and each.all for each in classifier.predict_many(photos)]
    seconds = time.perf_counter() - start
    return len(photos) / seconds, len(photos) / (time.process_time() - of_processor), list(answers)


def on_cluster(photos: list[Path], workers: int) -> tuple[float, float, list[object]]:
    """Classify by local workers, which have the model; return as `here`, of all workers together."""
    from distributed import Client, LocalCluster

    options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": ":0"}
    classifier = RockClassifier.load(MODEL, device="cpu", backend="torch")
    with (
        LocalCluster(**options) as cluster,
        Client(cluster) as client,
        DistributedClassifier(classifier, client) as distributed,
    ):
        distributed_module.PHOTOS_OF_TASK = TASK
        list(distributed.predict_many(photos[:1] * TASK * workers * WARM_UP))
        start, of_processor = time.perf_counter(), sum(client.run(time.process_time).values())
        answers = [each and each.all for each in distributed.predict_many(photos)]
        seconds = time.perf_counter() - start
        of_processor = sum(client.run(time.process_time).values()) - of_processor
        return len(photos) / seconds, len(photos) / of_processor, list(answers)


def cost(what: str, count: int, rate: float) -> list[str]:
    """Return how long so many things take on some numbers of cores, at the rate of one."""
    return [what, f"{count:,}", *(duration(count / rate / cores) for cores in CORES)]


def main() -> None:
    """Measure, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=64, help="a multiple of 8 keeps both workers busy")
    parser.add_argument("--workers", type=int, default=2)
    add_option(parser)
    options = parser.parse_args()
    # Local workers are processes of their own; they compute with one thread in any case.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rows, costs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name, side in SIDES.items():
            photos = write_photos(Path(folder), options.photos, side)
            alone, idle, expected = here(photos)
            together, idle_workers, answers = on_cluster(photos, options.workers)
            same = "the same bits" if answers == expected else "DIFFERENT"
            rates = [f"{alone:.2f}", f"{together:.2f}", f"**{together / alone:.2f}x**"]
            rows.append([name, *rates, f"{1 / idle:.3f} s", f"{1 / idle_workers:.3f} s", same])
            costs.append(cost(f"photos of {name}", PHOTOS, idle))
            if side == SIDES["1 Mpx"]:
                windows = cost(f"slides of {WINDOWS_OF_SLIDE:,} windows", SLIDES, idle / WINDOWS_OF_SLIDE)
    by_workers = f"{options.workers} workers, photos/s"
    of_processor = ("processor a photo, here", "processor a photo, workers")
    columns = ("photos (JPEG)", "one thread here, photos/s", by_workers, "ratio", *of_processor, "answers")
    remark = f"{options.photos} photos each, the built-in model, PyTorch, workers of one thread."
    publish(Table.measured("cluster", columns, rows, [remark]), options.record)
    headings = ("what", "how many", *(f"{cores} core{'s' if cores > 1 else ''}" for cores in CORES))
    remark = (
        "On paper: the processor's seconds for a photo by one thread, shared by the cores, a window as a "
        "photo of 1 Mpx; start, queue and file server not counted."
    )
    publish(Table.measured("cluster-cost", headings, [*costs, windows], [remark]), options.record)


if __name__ == "__main__":
    main()
