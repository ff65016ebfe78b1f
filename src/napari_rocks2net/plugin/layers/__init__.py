"""Layers of napari: image planes, transforms, the mark of our layers, result layers."""
