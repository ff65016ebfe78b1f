"""Dense maps of slides: a network runs once over the slide, and windows are means of its maps."""
