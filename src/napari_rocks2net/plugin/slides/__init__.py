"""Maps of slides in the viewer."""
