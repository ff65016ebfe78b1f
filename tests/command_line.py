"""The command line as tests run it: in their own process."""

from __future__ import annotations

import pytest

from napari_rocks2net.cli import main


def exit_code(*arguments: object) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return int(caught.value.code or 0)
