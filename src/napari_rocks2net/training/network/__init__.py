"""Network of a training: its data, parts, rates, callbacks, and what it answers when it is done."""
