"""The Train widget: samples, settings, the run in a process of its own, and judging what came of it."""
