"""Show in the page about the command line what each command prints about itself."""

from __future__ import annotations

from typing import Any

import typer
from typer.testing import CliRunner

from napari_rocks2net.cli import app

MARK = "<!-- the help of each command -->"
PLAIN = {"COLUMNS": "96", "NO_COLOR": "1", "TERM": "dumb", "TERMINAL_WIDTH": "96"}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the help texts in the place of the mark; MkDocs calls this for each page."""
    if MARK not in markdown:
        return markdown
    commands: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
    return markdown.replace(MARK, "\n\n".join(map(_section, commands)))


def _section(command: str) -> str:
    shown = CliRunner().invoke(app, [command, "--help"], env=PLAIN, prog_name="napari-rocks2net")
    if shown.exit_code != 0:
        raise RuntimeError(f"'{command} --help' left with exit code {shown.exit_code}: {shown.output}")
    text = "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())
    return f"## {command}\n\n```text\n{text}\n```"
