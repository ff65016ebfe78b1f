"""Run "predict" or "map" on the nodes of a SLURM cluster.

    pip install 'napari-rocks2net[distributed]' dask-jobqueue
    python run_on_slurm.py predict five_properties /data/photos --out predictions.csv --resume
    python run_on_slurm.py map five_properties /data/slides/*.tif --out maps --resume

Run it where jobs are submitted, from a folder that all nodes see; the arguments are those of the command
line. What a job gets is stated below: change it to what your cluster offers. Nodes may begin late, end early
or never come: results are the same, and after an interruption the same command goes on.
"""

import sys
from typing import Any

from napari_rocks2net.cli import main

JOBS = 10
JOB = {
    "queue": "normal",
    "cores": 8,
    "processes": 8,  # one worker a core; on a node with a GPU one, with job_extra_directives=["--gres=gpu:1"]
    "memory": "16GB",
    "walltime": "04:00:00",
}


def run(cluster: Any, arguments: list[str]) -> None:
    """Run a verb of the command line on the workers of a Dask cluster."""
    main([*arguments, "--scheduler", cluster.scheduler_address])


if __name__ == "__main__":
    from dask_jobqueue import SLURMCluster

    with SLURMCluster(**JOB) as slurm:
        slurm.adapt(maximum_jobs=JOBS)
        run(slurm, sys.argv[1:])
