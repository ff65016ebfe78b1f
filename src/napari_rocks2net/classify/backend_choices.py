"""Backends of inference by name, without loading one."""

from __future__ import annotations

from typing import Literal

RunningBackend = Literal["torch", "onnx"]
"""What runs a network."""
Backend = Literal["auto", RunningBackend]
"""What may be asked for; "auto" takes ONNX Runtime where it was prepared and measured to be faster."""
