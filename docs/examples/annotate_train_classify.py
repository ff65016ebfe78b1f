"""Label the photos of a folder by their names, train on them, and classify what is open.

Start it with ``napari annotate_train_classify.py``, or from napari's console. It expects photos such as
``granite_07_PPL.jpg`` in the folder that the variable PHOTOS of the environment names, else ``photos``:
several thin sections of each rock. The window opens first and stays open.
"""

import os
from pathlib import Path

import napari
from qtpy.QtWidgets import QApplication

from napari_rocks2net import RockClassifier
from napari_rocks2net.plugin import (
    annotate_layers,
    classify_layers,
    label_layers,
    train_on_collection,
)

folder = Path(os.environ.get("PHOTOS", "photos"))
photos = sorted(folder.glob("*.[jp][pn]g"))
if not photos:
    raise FileNotFoundError(f"No photos (.jpg, .png) in {folder.absolute()}: name their folder in PHOTOS.")
viewer = napari.current_viewer() or napari.Viewer()
QApplication.processEvents()  # the window is drawn before the work begins
layers = viewer.open(photos, plugin="napari")

# Annotate: every change is in the collection's file at once.
collection = annotate_layers(viewer, folder / "rocks.collection.json", layers)
for layer in layers:
    rock = layer.name.partition("_")[0]
    label_layers(collection, [layer], "rock", rock)

# Train: in a process of its own; the split is by thin section, guessed from the file names.
run = train_on_collection(
    viewer, collection.path, "rock", folder / "run", model="densenet121", size=64, epochs=2
)
print(f"Accuracy {run.metrics['accuracy']:.0%} on the photos of sections set aside")

# Classify: two layers of results, as the Classify widget makes them.
critical_areas, predictions = classify_layers(viewer, layers, RockClassifier.load(run.model_path))
print(predictions.features[["image", "label", "probability"]])
