"""The endless plane that sections lie in: its windows, and chance that knows places."""
