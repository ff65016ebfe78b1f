"""The dense way of a map: a network runs once over the slide, and windows are means of its maps."""
