"""Warnings that the package logs, handed to where a person reads them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Handler = TypeVar("Handler", bound=logging.Handler)

PACKAGE = "napari_rocks2net"
# Loops warn of many files one after the other.
BURST_SECONDS = 0.3


class WarningsOfThread(logging.Handler):
    """Gathers what one thread logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message once."""
        message = record.getMessage()
        if record.thread == self.thread and message not in self.messages:
            self.messages.append(message)


class WarningBursts(logging.Handler):
    """Hands on what is gathered by nobody, a burst at a time.

    Parameters
    ----------
    show : callable
        Takes the messages of a burst, in a thread of its own.
    """

    def __init__(self, show: Callable[[list[str]], object]) -> None:
        super().__init__(logging.WARNING)
        self._show = show
        self._waiting: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Wait a moment for more."""
        if any(record.thread == each.thread for each in _handlers(WarningsOfThread)):
            return
        # The lock of the handler is held here.
        if not self._waiting:
            timer = threading.Timer(BURST_SECONDS, self.flush)
            timer.daemon = True
            timer.start()
        if (message := record.getMessage()) not in self._waiting:
            self._waiting.append(message)

    def flush(self) -> None:
        """Hand on what has come."""
        with self.lock or threading.Lock():
            messages, self._waiting = self._waiting, []
        if messages:
            self._show(messages)


@contextmanager
def gathered_warnings() -> Iterator[list[str]]:
    """Gather what the package warns of in this thread meanwhile, each message once."""
    handler = WarningsOfThread()
    logger = logging.getLogger(PACKAGE)
    logger.addHandler(handler)
    try:
        yield handler.messages
    finally:
        logger.removeHandler(handler)


def show_warnings(show: Callable[[list[str]], object]) -> None:
    """Show from now on what the package warns of and is not gathered; asked again, it changes nothing.

    Parameters
    ----------
    show : callable
        Takes the messages that came within a moment, in a thread of its own.
    """
    if not _handlers(WarningBursts):
        logging.getLogger(PACKAGE).addHandler(WarningBursts(show))


def _handlers(kind: type[Handler]) -> list[Handler]:
    return [each for each in logging.getLogger(PACKAGE).handlers if isinstance(each, kind)]
