"""Training in a process of its own: events as lines of JSON, pause, stop, and why it failed."""
