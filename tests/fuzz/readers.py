"""Readers of foreign files: what each reads, from which valid files, and the errors that it may raise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

CLASSES = ("granite", "schist")
HASHES = ("0123456789abcdef", "~00000000000000ff")


@dataclass(frozen=True)
class Reader:
    """Reader of foreign files.

    Parameters
    ----------
    make : callable
        Writes valid files into a folder and returns those that are mutated, one at a time.
    read : callable
        Reads them, given the folder and the mutated file.
    errors : callable
        Returns the errors that say what is wrong with a file.
    """

    make: Callable[[Path], list[Path]]
    read: Callable[[Path, Path], object]
    errors: Callable[[], tuple[type[Exception], ...]]


def _model(folder: Path) -> list[Path]:
    from napari_rocks2net.imaging import Preprocessing
    from napari_rocks2net.model_file import ModelCard, save_model
    from napari_rocks2net.models import create_model
    from napari_rocks2net.rock_properties import RockProperty

    files = []
    for name in ("shufflenet_v2", "microcrystalnet_deposited"):
        properties = (RockProperty("lithology", CLASSES),)
        card = ModelCard(
            properties, name, Preprocessing(64), {}, {"accuracy": 0.5}, "made up", "CC0", trained_on=HASHES
        )
        files.append(save_model(folder / f"{name}.safetensors", create_model(name, 2), card))
    return files


def _read_card(_: Path, file: Path) -> None:
    from napari_rocks2net.model_file import read_card

    read_card(file).to_json()


def _load_model(_: Path, file: Path) -> None:
    from napari_rocks2net.classify import RockClassifier

    classifier = RockClassifier.load(file, device="cpu")
    predictions = classifier.predict(np.full((9, 9, 3), 128, np.uint8))
    assert all(0 <= each.probability <= 1 for each in predictions.values())


def _model_errors() -> tuple[type[Exception], ...]:
    from napari_rocks2net.model_file import ModelFileError

    return (ModelFileError,)


def _collection(folder: Path) -> list[Path]:
    from napari_rocks2net.annotation import AnnotatedRegion, AnnotationCollection, Vocabulary, with_regions
    from napari_rocks2net.annotation.image import ImageKey
    from napari_rocks2net.annotation.storage.collection_file import write_collection_file
    from napari_rocks2net.samples import Region

    photos = [ImageKey.of(folder / "sample_1_ppl.jpg"), ImageKey.of(folder / "stack.tif", (0, 1))]
    collection = AnnotationCollection((Vocabulary.of_classes("rock", CLASSES),)).with_images(photos)
    collection = collection.labelled(photos, "rock", "granite")
    regions = (Region.rectangle(0, 0, 5, 5), Region(((0, 0), (9, 0), (9, 9)), "polygon"))
    areas = [AnnotatedRegion.new(region, {"rock": "schist"}) for region in regions]
    write_collection_file(folder / "a.json", with_regions(collection, {photos[0]: areas}))
    return [folder / "a.json"]


def _read_collection(folder: Path, file: Path) -> None:
    from napari_rocks2net.annotation.storage.collection_file import CollectionWriter, read_collection

    collection = read_collection(file).with_images([folder / "new photo 10x.jpg"])
    collection = collection.with_section_pattern(collection.section_pattern)
    for vocabulary in collection.vocabularies:
        collection.warnings(vocabulary.property)
    writer = CollectionWriter(folder / "copy.json")
    writer.write(collection)
    assert len(read_collection(writer.path)) == len(collection)


def _collection_errors() -> tuple[type[Exception], ...]:
    from napari_rocks2net.annotation import CollectionError

    return (CollectionError,)


def _vocabulary(folder: Path) -> list[Path]:
    files = {
        "rock.json": json.dumps({"property": "rock", "classes": CLASSES, "colours": ["#000000", "#ff0000"]}),
        "list.json": json.dumps(CLASSES),
        "rock.csv": "class,colour\ngranite,#000000\nschist,\n",
        "rock.txt": "granite\nschist\n",
    }
    return [_written(folder / name, text) for name, text in files.items()]


def _read_vocabulary(_: Path, file: Path) -> None:
    from napari_rocks2net.annotation.exchange.vocabulary_file import read_vocabulary

    read_vocabulary(file)


def _geojson(folder: Path) -> list[Path]:
    ring = [[0, 0], [9, 0], [9, 9], [0, 0]]
    ours = {"kind": "polygon", "property": "rock", "labels": {"rock": "granite"}}
    classification = {"name": "granite", "color": [200, 0, 0]}
    properties = {
        "objectType": "annotation",
        "classification": classification,
        "rocks2net": ours,
        "area": 3.5,
    }
    geometries = [
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "MultiPolygon", "coordinates": [[ring], [ring]], "plane": {"c": -1, "z": 0, "t": 0}},
        {"type": "Point", "coordinates": [1, 2]},
    ]
    features = [
        {"type": "Feature", "id": f"id {number}", "geometry": geometry, "properties": properties}
        for number, geometry in enumerate(geometries)
    ]
    document = {"type": "FeatureCollection", "features": features}
    return [_written(folder / "regions.geojson", json.dumps(document))]


def _read_geojson(folder: Path, file: Path) -> None:
    from napari_rocks2net.annotation import AnnotationCollection, Vocabulary, export_geojson, import_geojson
    from napari_rocks2net.annotation.image import ImageKey
    from napari_rocks2net.annotation.storage.collection_file import CollectionWriter

    key = ImageKey.of(folder / "photo.jpg")
    collection = AnnotationCollection((Vocabulary.of_classes("rock", CLASSES),)).with_images([key])
    collection = import_geojson(collection, file, key, "rock")
    CollectionWriter(folder / "copy.json").write(collection)
    export_geojson(collection, folder / "again.geojson", key, "rock", overwrite=True)


def _table(folder: Path) -> list[Path]:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 8)).save(folder / name)
    rows = (
        "file,rock,sample,region,region_outline,stack_plane,feature:area\n"
        'a.png,granite,s1,"0,0,4,4",,,1.5\n'
        'b.png,schist,s2,"0,0,4,4","0,0;4,0;4,4",0,true\n'
    )
    return [_written(folder / "table.csv", rows)]


def _load_samples(_: Path, file: Path) -> None:
    from napari_rocks2net.samples import load_samples

    load_samples(file, "rock", "sample").describe()


def _sample_errors() -> tuple[type[Exception], ...]:
    from napari_rocks2net.samples import SampleError

    return (SampleError,)


def _import_csv(folder: Path, file: Path) -> None:
    from napari_rocks2net.annotation import AnnotationCollection, export_csv, import_csv
    from napari_rocks2net.annotation.storage.collection_file import CollectionWriter

    collection = import_csv(AnnotationCollection(), file)
    CollectionWriter(folder / "copy.json").write(collection)
    import_csv(AnnotationCollection(), export_csv(collection, folder / "again.csv", overwrite=True))


def _crystal_table(folder: Path) -> list[Path]:
    Image.new("L", (8, 8)).save(folder / "sem.png")
    Image.fromarray(np.eye(8, dtype=np.uint8)).save(folder / "labels.png")
    rows = "file,label,class,labels\nsem.png,1,calcite,labels.png\nsem.png,2,,labels.png\n"
    return [_written(folder / "table.csv", rows)]


def _read_crystal_table(_: Path, file: Path) -> None:
    from napari_rocks2net.crystals.classification.annotated_tables import read_annotated

    read_annotated([file])


def _crystal_errors() -> tuple[type[Exception], ...]:
    from napari_rocks2net.crystals import CrystalError

    return (CrystalError,)


def _run(folder: Path) -> list[Path]:
    from napari_rocks2net.training import TrainingConfig

    photo = _written(folder / "photo.png", "any")
    config = TrainingConfig(model="densenet121", size=64, output=folder).to_dict()
    figures = {
        **dict.fromkeys(("accuracy", "balanced_accuracy", "expected_calibration_error", "log_loss"), 0.5),
        **{
            "samples": 2,
            "accuracy_interval": [0.1, 0.9],
            "classes": CLASSES,
            "confusion_matrix": [[1, 0], [0, 1]],
        },
        "per_class": {name: {"precision": 1, "recall": 0.5, "f1": 0.7, "support": 1} for name in CLASSES},
    }
    metrics = figures | {"reported_on": "test", "test": figures, "best_epoch": 1, "stopped": False}
    record = {
        **{"format_version": 1, "seed": 0, "properties": ["rock"], "split": {"test": ["g0"]}},
        "files": {str(photo): "0" * 64},
        "starts": [{"epochs": 2, "device": "cpu", "threads": 1, "platform": "x", "versions": {"torch": "2"}}],
    }
    rows = pd.DataFrame(
        {
            "file": [str(photo)],
            "region": ["0.0,0.0,4.0,4.0"],
            "group": ["g0"],
            "split": ["test"],
            "rock": ["granite"],
        }
    )
    wrong = rows.drop(columns="rock").assign(
        property="rock", true_label="granite", label="schist", probability=0.9
    )
    epoch = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy\n1,0.5,0.5,0.5,0.5\n"
    (folder / "model.safetensors").touch()
    return [
        _written(folder / "config.json", json.dumps(config | {"properties": {"rock": CLASSES}})),
        _written(folder / "metrics.json", json.dumps(metrics)),
        _written(folder / "record.json", json.dumps(record)),
        _written(folder / "samples.csv", rows.to_csv(index=False)),
        _written(folder / "predictions.csv", wrong.to_csv(index=False)),
        _written(folder / "history.csv", epoch),
    ]


def _read_run(folder: Path, file: Path) -> None:
    from napari_rocks2net.training import compare_runs, list_runs
    from napari_rocks2net.training.runs.results import read_results
    from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError

    list_runs(folder.parent)
    RunFolder(folder).read_epochs()
    for look in (_look_at_run, _look_at_record, lambda folder: compare_runs([folder, folder])):
        try:
            look(folder)
        except RunFolderError:
            continue
    for result in read_results(folder).values():
        result.summary(), result.class_rows(), result.confusion, result.wrong(), result.cell(*CLASSES)


def _look_at_run(folder: Path) -> None:
    from napari_rocks2net.samples import SampleError
    from napari_rocks2net.training import TrainingConfig, load_run, load_run_part

    run = load_run(folder)
    _ = run.history, run.samples, run.predictions
    try:
        load_run_part(folder, "test")
    except SampleError:
        return
    try:
        TrainingConfig.from_dict(run.config)
    except (TypeError, ValueError):
        return


def _look_at_record(folder: Path) -> None:
    from napari_rocks2net.training.runs.provenance import differences, read_record, require_same_files
    from napari_rocks2net.training.runs.run_folder import RunFolder

    record = read_record(RunFolder(folder))
    differences(record, record)
    require_same_files(record)


def _run_errors() -> tuple[type[Exception], ...]:
    from napari_rocks2net.training import RunFolderError

    return (RunFolderError,)


def _learned(folder: Path) -> list[Path]:
    from dataclasses import replace

    from napari_rocks2net.model_file import load_model, save_model
    from napari_rocks2net.samples.copies.training_pictures import (
        remembered,
        sample_hashes,
        without_thumbnails,
    )

    lines = remembered(sample_hashes(_photo(number), None) for number in range(3))
    network, card = load_model(_model(folder)[1])
    save_model(folder / "model.safetensors", network, replace(card, trained_on=without_thumbnails(lines)))
    return [_written(folder / "training_pictures.txt", "\n".join(lines))]


def _photo(seed: int) -> np.ndarray:
    photo = np.random.default_rng(seed).integers(0, 256, (5, 8, 3), np.uint8)
    return np.kron(photo, np.ones((12, 12, 1), np.uint8))


def _read_learned(folder: Path, _: Path) -> None:
    from napari_rocks2net.samples.copies.grey_thumbnail import grey_thumbnail
    from napari_rocks2net.training import training_pictures

    pictures = training_pictures(folder / "model.safetensors")
    # The model says itself what it was trained on, whatever the file beside it says.
    assert pictures.match(_photo(0), None) == "same"
    assert pictures.copies_among([grey_thumbnail(_photo(9))]) == set()


def _keras(folder: Path) -> list[Path]:
    import h5py

    layers = {"conv2d": (3, 3, 1, 4), "dense": (4, 2)}
    with h5py.File(folder / "weights.h5", "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in layers]
        for name, shape in layers.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/{part}:0".encode() for part in ("kernel", "bias")]
            group.create_dataset(f"{name}/kernel:0", data=np.ones(shape, np.float32))
            group.create_dataset(f"{name}/bias:0", data=np.ones(shape[-1], np.float32))
    return [folder / "weights.h5"]


def _read_keras(folder: Path, file: Path) -> None:
    from napari_rocks2net.crystals.classification import keras_hdf5
    from napari_rocks2net.crystals.classification.keras_file import import_keras

    # HDF5 does hang on some; that must cost no more than this.
    keras_hdf5.SECONDS = 5.0
    import_keras(file, folder / "imported.safetensors")


def _pictures(folder: Path) -> list[Path]:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    for suffix in ("png", "jpg", "bmp", "gif", "webp", "jp2", "ppm"):
        image.save(folder / f"photo.{suffix}")
    image.quantize(16).save(folder / "palette.png")
    image.convert("CMYK").save(folder / "cmyk.jpg")
    image.save(folder / "upright.jpg", exif=_rotated())
    image.save(folder / "frames.gif", save_all=True, append_images=[image.rotate(90)])
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 200).save(folder / "deep.png")
    np.save(folder / "stack.npy", pixels)
    return [path for path in sorted(folder.iterdir()) if path.is_file()]


def _rotated() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def _tiffs(folder: Path) -> list[Path]:
    import tifffile

    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 3), dtype=np.uint8)
    grey = pixels[..., 0]
    image = Image.fromarray(pixels)
    for compression in ("tiff_lzw", "tiff_deflate", "packbits", "jpeg"):
        image.save(folder / f"{compression}.tif", compression=compression)
    image.quantize(16).save(folder / "palette.tif")
    image.convert("YCbCr").save(folder / "ycbcr.tif")
    Image.fromarray(grey).convert("1").save(folder / "bits.tif", compression="group4")
    tifffile.imwrite(folder / "rgb.tif", pixels, photometric="rgb", tile=(16, 16), compression="zlib")
    tifffile.imwrite(folder / "deep.tif", grey.astype(np.uint16), photometric="minisblack", bigtiff=True)
    tifffile.imwrite(folder / "float.tif", grey.astype(np.float32) / 255, predictor=True, compression="zlib")
    tifffile.imwrite(folder / "stack.ome.tif", np.stack([grey] * 3), metadata={"axes": "ZYX"}, ome=True)
    tifffile.imwrite(folder / "imagej.tif", np.stack([grey] * 2), imagej=True, metadata={"unit": "um"})
    tifffile.imwrite(
        folder / "planar.tif", np.moveaxis(pixels, -1, 0), photometric="rgb", planarconfig="separate"
    )
    return sorted(folder.glob("*.tif"))


def _read_picture(_: Path, file: Path) -> None:
    from napari_rocks2net import imaging

    looks: tuple[Callable[[Path], Any], ...] = (
        imaging.picture_size, imaging.read_numbers, imaging.read_intensities, _read_planes, imaging.read_image
    )  # fmt: skip
    for look in looks:
        try:
            look(file)
        except imaging.ImageError:
            continue


def _read_planes(file: Path) -> None:
    from napari_rocks2net.imaging import list_planes, read_plane

    for plane in list_planes(file)[:3] if file.suffix != ".npy" else ((0,), (99,), (0, 0)):
        read_plane(file, plane)


def _image_errors() -> tuple[type[Exception], ...]:
    from napari_rocks2net.imaging import ImageError

    # A size that the free memory would hold, and the limit of this test does not.
    return ImageError, MemoryError


def _scales(folder: Path) -> list[Path]:
    import tifffile

    for name in ("hitachi.tif", "jeol.tif", "tescan.tif"):
        Image.new("L", (64, 48)).save(folder / name)
    hitachi = "[SemImageFile]\r\nDataSize=64x48\r\nPixelSize=12.5\r\nMagnification=10000\r\n"
    jeol = "$CM_FULL_SIZE 64 48\n$$SM_MICRON_BAR 20\n$$SM_MICRON_MARKER 1um\n"
    tescan = "[MAIN]\nPixelSizeX=4.88e-009\nPixelSizeY=4.88e-009\n"
    imagej = {"resolution": (2.5, 2.5), "metadata": {"unit": "um"}}
    tifffile.imwrite(folder / "imagej.tif", np.zeros((48, 64), np.uint8), imagej=True, **imagej)
    fei = "[Scan]\r\nPixelWidth=1.2e-8\r\n[Image]\r\nResolutionX=64\r\nResolutionY=48\r\n"
    tifffile.imwrite(folder / "fei.tif", np.zeros((48, 64), np.uint8), extratags=[(34682, 2, 0, fei, True)])
    return [
        _written(folder / "hitachi.txt", hitachi),
        _written(folder / "jeol.txt", jeol),
        _written(folder / "tescan.hdr", tescan),
        folder / "imagej.tif",
        folder / "fei.tif",
    ]


def _read_scale(_: Path, file: Path) -> None:
    from napari_rocks2net.pixel_scale.pixel_size_files import read_pixel_size

    size = read_pixel_size(file.with_suffix(".tif"))
    assert size is None or 0 < size.micrometres < float("inf")


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


READERS = {
    "card": Reader(_model, _read_card, _model_errors),
    "model": Reader(_model, _load_model, _model_errors),
    "collection": Reader(_collection, _read_collection, _collection_errors),
    "vocabulary": Reader(_vocabulary, _read_vocabulary, _collection_errors),
    "geojson": Reader(_geojson, _read_geojson, _collection_errors),
    "samples": Reader(_table, _load_samples, _sample_errors),
    "csv": Reader(_table, _import_csv, _collection_errors),
    "crystal table": Reader(_crystal_table, _read_crystal_table, _crystal_errors),
    "run": Reader(_run, _read_run, _run_errors),
    "learned": Reader(_learned, _read_learned, _run_errors),
    "keras": Reader(_keras, _read_keras, _model_errors),
    "picture": Reader(_pictures, _read_picture, _image_errors),
    "tiff": Reader(_tiffs, _read_picture, _image_errors),
    "pixel size": Reader(_scales, _read_scale, _crystal_errors),
}
