"""Classify folders of any size on many machines: one table (CSV) for every 500 photos.

    python classify_on_a_cluster.py MODEL PHOTOS OUT [SCHEDULER]

SCHEDULER is the address of a Dask scheduler; without it the processors of this machine share the work. Give
whole paths that all machines see. After an interruption run it again with the same photos: tables that
are there already are left as they are.
"""

import sys
from pathlib import Path

from dask.distributed import Client, as_completed

from napari_rocks2net import RockClassifier
from napari_rocks2net.evaluation import prediction_row, prediction_table, write_table
from napari_rocks2net.imaging import list_images

PHOTOS_AT_ONCE = 500


def classify(model: str, photos: list[Path], table: Path) -> list[str]:
    """Write the table of some photos, and return why photos are missing from it."""
    failures: list[str] = []
    classifier = RockClassifier.load(model)
    results = classifier.predict_many(photos, on_error=lambda _, error: failures.append(str(error)))
    rows = [
        prediction_row(photo, prediction)
        for photo, predictions in zip(photos, results, strict=True)
        for prediction in (predictions or {}).values()
    ]
    write_table(prediction_table(rows), table)
    return failures


def main(model: str, folder: str, out: str, scheduler: str | None = None) -> None:
    """Hand out the photos and say what could not be read."""
    photos = list_images(Path(folder))
    starts = range(0, len(photos), PHOTOS_AT_ONCE)
    tables = {Path(out) / f"{start:07d}.csv": photos[start : start + PHOTOS_AT_ONCE] for start in starts}
    with Client(scheduler) if scheduler else Client(threads_per_worker=1) as client:
        jobs = {
            client.submit(classify, model, some, table): table
            for table, some in tables.items()
            if not table.exists()
        }
        for done, job in enumerate(as_completed(jobs), start=1):
            for failure in job.result():
                print(f"Left out: {failure}", file=sys.stderr)
            print(f"{done} of {len(jobs)} tables: {jobs[job]}")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit("Usage: python classify_on_a_cluster.py MODEL PHOTOS OUT [SCHEDULER]")
    main(*sys.argv[1:])
