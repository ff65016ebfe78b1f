"""Failure messages of a training in a process of its own: why it has no result, and what to do."""

from __future__ import annotations

import contextlib
import signal

from napari_rocks2net.logged_warnings import PACKAGE
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError
from napari_rocks2net.training.runs.run_settings import RunSettings

# What Lightning makes of SIGTERM, and what it leaves with.
ENDED_FROM_OUTSIDE = frozenset({"SIGTERMException", "SystemExit", "KeyboardInterrupt"})
LONGEST_REASON = 300
# Mark the lines of JSON that a training process sends instead of a last event, and between events.
FAILURE, WARNING = "failure", "warning"
KILLED = 9


def sentence_of(error: BaseException, folder: RunFolder) -> str:
    """Return why an error ended the training of a run folder, and what to do.

    Parameters
    ----------
    error : BaseException
        Lack of memory and an end from outside have sentences of their own. The message of an error of this
        package is taken as it is, of any other the first 300 characters of its first line are quoted.
    folder : RunFolder
        Says the input size, the batch size and whether an epoch is kept; its files may be missing or damaged.
    """
    # Here, where torch is loaded already: the parent, a napari, reads this module for its sentences only.
    from napari_rocks2net.classify.batching import is_out_of_memory

    if is_out_of_memory(error):
        settings = _settings(folder)
        work = "during the training"
        if settings is not None:
            work = f"at {settings.size} px in batches of {settings.batch_size}"
        return f"Memory ran out {work}; start again with {_less_of(folder)}."
    if type(error).__name__ in ENDED_FROM_OUTSIDE:
        return f"The system asked the training to end. {continuation_hint(folder)}"
    # Our own errors are sentences for people.
    if type(error).__module__.partition(".")[0] == PACKAGE and str(error):
        return str(error)
    reason = (str(error).strip().splitlines() or ["no reason given"])[0][:LONGEST_REASON]
    kind = type(error).__name__
    return f"The training failed: {kind}: {reason} (details are in {folder.log}). {continuation_hint(folder)}"


def sentence_of_exit(code: int, folder: RunFolder) -> str:
    """Return why a training process that gave no reason ended, and what to do.

    Parameters
    ----------
    code : int
        Its exit code; below 0 the negative number of the signal that ended it.
    folder : RunFolder
        Its run folder. The last line of log.txt is quoted if there is one, but not after signal 9.
    """
    if code == -KILLED:
        return (
            "The training process was killed (signal 9), as the system does when memory runs out: close "
            f"other programs, or start again with {_less_of(folder)}. {continuation_hint(folder)}"
        )
    names = {each.value: f" ({each.name})" for each in signal.Signals}
    cause = f"died of signal {-code}{names.get(-code, '')}" if code < 0 else f"ended with exit code {code}"
    last = ""
    with contextlib.suppress(OSError):
        lines = folder.log.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line.strip()[:LONGEST_REASON] for line in reversed(lines) if line.strip()), "")
    return f"The training process {cause}{f': {last}' if last else ''}. {continuation_hint(folder)}"


def continuation_hint(folder: RunFolder) -> str:
    """Say whether there is an epoch to go on from."""
    if folder.last_checkpoint.is_file():
        return "The last finished epoch is kept: continue the run to go on from it."
    return "No epoch was finished: continuing the run starts it again."


def _settings(folder: RunFolder) -> RunSettings | None:
    """Return the settings of a run if its sizes are known."""
    with contextlib.suppress(RunFolderError, OSError, LookupError, TypeError, ValueError):
        settings = folder.settings
        return settings if settings.size and settings.batch_size else None
    return None


def _less_of(folder: RunFolder) -> str:
    settings = _settings(folder)
    batch_size = 0 if settings is None else settings.batch_size
    smaller = f" ({batch_size // 2})" if batch_size >= 4 else ""
    return f"a smaller batch size{smaller} or a smaller input size"
