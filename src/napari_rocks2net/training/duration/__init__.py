"""Duration of a training, told before it starts."""
