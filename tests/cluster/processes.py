"""A Dask cluster of two worker processes without a nanny, which would start them again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, LocalCluster

ROOT = Path(__file__).parents[2]


@contextmanager
def two_processes() -> Iterator[str]:
    """Yield the address of the scheduler, whose workers are killed at the end."""
    nobody = {"n_workers": 0, "processes": False, "dashboard_address": ":0"}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with LocalCluster(**nobody, protocol="tcp", host="127.0.0.1") as cluster:
        address = cluster.scheduler_address
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny"]
        command += ["--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
        workers = [
            subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]
        try:
            with Client(address, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=120)
            yield address
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
