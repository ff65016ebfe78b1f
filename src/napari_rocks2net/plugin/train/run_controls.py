"""The buttons of a run: start, pause, resume, stop, discard, continue."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QWidget

TOOLTIPS = {
    "start": "Train with these samples and settings, in a process of its own.",
    "pause": "Finish the batch and compute nothing until resumed.",
    "stop": "End the training now and keep the model of the best epoch so far.",
    "discard": "End the training now and remove what it has left.",
    "go_on": "Go on from the last finished epoch.",
}
TEXTS = {
    "start": "Start training",
    "pause": "Pause",
    "stop": "Stop, keep best",
    "discard": "Discard",
    "go_on": "Continue",
}
# What can be done in each state of the process; "" is before the first run, "stopped" finished early.
OFFERED = {
    "": ("start",),
    "starting": ("stop", "discard"),
    "running": ("pause", "stop", "discard"),
    "pausing": ("stop", "discard"),
    "paused": ("pause", "stop", "discard"),
    "stopping": ("discard",),
    "finished": ("start",),
    "stopped": ("start", "go_on"),
    "failed": ("start", "go_on"),
    "discarded": ("start",),
}
PAUSE_TEXTS = {"pausing": "Pausing ...", "paused": "Resume"}
WHILE_RUNNING = ("pause", "stop", "discard")


class RunControls(QWidget):
    """A row of buttons of which only those are shown that mean something now.

    Signals
    -------
    pressed : (str)
        "start", "pause", "resume", "stop", "discard" or "go_on".
    """

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.buttons = {name: QPushButton(text) for name, text in TEXTS.items()}
        for name, button in self.buttons.items():
            button.setToolTip(TOOLTIPS[name])
            button.clicked.connect(lambda _=False, name=name: self._pressed(name))
            layout.addWidget(button)
        self._state = ""
        self.show_state("")

    def show_state(self, state: str) -> None:
        """Offer what can be done in a state of the training process; "" is before the first run."""
        self._state = state
        offered = OFFERED[state]
        shown = offered if "start" in offered else WHILE_RUNNING
        for name, button in self.buttons.items():
            button.setVisible(name in shown)
            button.setEnabled(name in offered)
        self.buttons["pause"].setText(PAUSE_TEXTS.get(state, TEXTS["pause"]))
        self.buttons["stop"].setText("Stopping ..." if state == "stopping" else TEXTS["stop"])

    def _pressed(self, name: str) -> None:
        self.pressed.emit("resume" if name == "pause" and self._state == "paused" else name)
