"""Recording of benchmarks: tables with command, machine, date and load, for docs/performance.md.

    python benchmarks/recording.py      # writes the page again from docs/benchmarks/*.json

A benchmark that is given --record keeps its table as docs/benchmarks/NAME.json and writes the page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGE, FOLDER = DOCS / "performance.md", DOCS / "benchmarks"
LIBRARIES = ("torch", "torchvision", "onnxruntime", "numpy", "pillow", "distributed")
# Between the two lines, what a benchmark wrote.
PART = re.compile(r"(<!-- benchmark: ([\w-]+) -->\n)(.*?)(<!-- end of benchmark -->)", re.DOTALL)
# More than this many programs beside it, and a machine is not idle.
IDLE = 0.3
LOAD_BEFORE = os.getloadavg()[0] if hasattr(os, "getloadavg") else None


@dataclass(frozen=True)
class Table:
    """What a benchmark measured, and on what.

    Parameters
    ----------
    name : str
        Of the file, and of its place in the page.
    command : str
        What measures it again.
    columns : sequence of str
        Headings; none where nothing could be measured.
    rows : sequence of sequence of str
        Cells as the page shows them.
    remarks : sequence of str
        Sentences below the table.
    machine : str
        Processor, or graphics card.
    cores, threads : int
        Of the machine, and of torch.
    load : float or None
        Programs that ran beside it when it began, the mean of a minute.
    date : str
        YYYY-MM-DD, UTC.
    versions : dict of str
        Of the libraries that matter.
    """

    name: str
    command: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    remarks: Sequence[str]
    machine: str
    cores: int
    threads: int
    load: float | None
    date: str
    versions: dict[str, str]

    @classmethod
    def measured(
        cls,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        remarks: Sequence[str] = (),
        machine: str | None = None,
    ) -> Table:
        """Return a table of what this process measured here, now."""
        import torch

        return cls(
            name,
            _command(),
            columns,
            rows,
            remarks,
            machine or processor(),
            os.cpu_count() or 1,
            torch.get_num_threads(),
            LOAD_BEFORE,
            f"{datetime.now(UTC):%Y-%m-%d}",
            {library: version for library in LIBRARIES if (version := _version(library))},
        )

    def markdown(self) -> str:
        """Return the command, the table, the remarks, and where and when it was measured."""
        lines = ["", "```", self.command, "```", ""]
        if self.rows:
            lines += [_row(self.columns), "|" + "---|" * len(self.columns), *map(_row, self.rows), ""]
        lines += [f"{remark}\n" for remark in self.remarks]
        lines += [self.circumstances(), ""] if self.rows else []
        return "\n".join(lines) + "\n"

    def circumstances(self) -> str:
        """Return where, when, with what and beside what it was measured."""
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''} on {self.cores} cores"
        libraries = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        beside = (
            "" if self.load is None or self.load < IDLE else f", beside other programs (load {self.load:.1f})"
        )
        return f"*{self.machine}, {threads}{beside}; {self.date}; {libraries}.*"


def add_option(parser: argparse.ArgumentParser) -> None:
    """Let a benchmark be recorded."""
    parser.add_argument("--record", action="store_true", help="keep the table, and write docs/performance.md")


def publish(table: Table, record: bool) -> None:
    """Print a table; where it is recorded, keep it and write the page."""
    print(table.markdown())
    if record:
        FOLDER.mkdir(exist_ok=True)
        text = json.dumps(asdict(table), ensure_ascii=False, indent=1)
        (FOLDER / f"{table.name}.json").write_text(text + "\n", encoding="utf-8")
        write_page()


def stored(name: str) -> Table:
    """Return a table that was kept."""
    return Table(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def page_of(text: str) -> str:
    """Return the text of the page with every part made again from what was kept of it."""

    def made_again(part: re.Match[str]) -> str:
        kept = (FOLDER / f"{part[2]}.json").is_file()
        return part[1] + stored(part[2]).markdown() + part[4] if kept else part[0]

    return PART.sub(made_again, text)


def write_page() -> None:
    """Make the page again."""
    PAGE.write_text(page_of(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _command() -> str:
    words = ["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]]
    threads = [f"OMP_NUM_THREADS={os.environ['OMP_NUM_THREADS']}"] if "OMP_NUM_THREADS" in os.environ else []
    return shlex.join([*threads, *(word for word in words if word != "--record")])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    write_page()
