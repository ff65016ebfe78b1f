"""Fuzz every reader, or those named: ``python -m tests.fuzz [READER ...] [--count N] [--seed N]``."""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.fuzzing import fuzz
from tests.fuzz.readers import READERS


def main() -> int:
    """Print how many inputs each reader got and what went wrong; return how much did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", default=list(READERS), help=", ".join(READERS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=120.0, help="a reader, at most")
    arguments = parser.parse_args()
    wrong = 0
    for name in arguments.readers:
        began = time.monotonic()
        report = fuzz(name, arguments.count, arguments.seed, budget=arguments.seconds, first=arguments.first)
        wrong += len(report.findings)
        took = time.monotonic() - began
        print(f"{name}: {report.inputs} inputs, {len(report.findings)} wrong, {took:.0f} s", flush=True)
        for index, finding in report.findings.items():
            print(f"  input {index}: {finding}")
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(), 1))
