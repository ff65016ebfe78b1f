from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from PIL import Image

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotatedRegion,
    AnnotationCollection,
    Vocabulary,
    with_regions,
)
from napari_rocks2net.samples import Region

# Letters, spaces, quotes, separators of the formats, and other scripts.
LETTERS = string.ascii_letters + string.digits + " ,;.'\"_-+()äßé岩石λ°"


@pytest.fixture
def write_photo():
    """Write a small photo of a colour of its own."""

    def write(path: Path, seed: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
        return path

    return write


@pytest.fixture
def photos(tmp_path, write_photo) -> list[Path]:
    """Two photos of each of three thin sections."""
    names = [f"photos/Dünnschliff {section}_10x_{light}.png" for section in "123" for light in ("PPL", "XPL")]
    return [write_photo(tmp_path / name, seed) for seed, name in enumerate(names)]


@pytest.fixture
def rock() -> Vocabulary:
    return Vocabulary.of_classes("rock", ["granite", "schist à grenat", "basalt"])


@pytest.fixture
def collection(photos, rock) -> AnnotationCollection:
    """The photos with a vocabulary of three classes, nothing labelled."""
    return AnnotationCollection((rock,)).with_images(photos)


@pytest.fixture
def labelled(collection) -> AnnotationCollection:
    """The first two photos labelled as a whole, the third with two regions."""
    keys = [image.key for image in collection.images]
    first = AnnotatedRegion.new(Region.rectangle(1, 2, 11, 22), {"rock": "basalt"})
    second = AnnotatedRegion.new(Region(((0, 0), (10, 5), (2.5, 15))), {"rock": "granite"})
    return with_regions(
        collection.labelled(keys[:1], "rock", "granite").labelled(
            keys[1:2], "rock", "schist à grenat", origin="corrected"
        ),
        {keys[2]: [first, second]},
    )


def _names() -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=8).map(str.strip).filter(bool)


@pytest.fixture(scope="session")
def vocabularies() -> st.SearchStrategy[Vocabulary]:
    properties = _names().filter(lambda name: name not in {"file", "section", "region"})
    return st.builds(Vocabulary.of_classes, properties, st.lists(_names(), unique=True, max_size=4))


@pytest.fixture(scope="session")
def collections(vocabularies) -> st.SearchStrategy[AnnotationCollection]:
    """Collections of files that are not there, in /photos and below."""
    number = st.floats(-10, 1000, allow_nan=False)
    edges = st.tuples(number, number, number, number).filter(lambda box: box[0] < box[2] and box[1] < box[3])
    files = st.lists(_names().filter(lambda name: name[0] not in ".~"), unique=True, max_size=4)

    @st.composite
    def build(draw: st.DrawFn) -> AnnotationCollection:
        known = draw(st.lists(vocabularies, max_size=3, unique_by=lambda vocabulary: vocabulary.property))

        def labels() -> dict[str, str]:
            usable = [vocabulary for vocabulary in known if vocabulary.classes and draw(st.booleans())]
            return {vocabulary.property: draw(st.sampled_from(vocabulary.classes)) for vocabulary in usable}

        def region(box: tuple[float, float, float, float]) -> AnnotatedRegion:
            area = Region.rectangle(*box)
            if draw(st.booleans()):
                area = Region((*area.vertices, (box[0], box[1] + 0.5)))
            return AnnotatedRegion.new(area, labels())

        def image(name: str) -> AnnotatedImage:
            plane = draw(st.sampled_from([(), (0,), (2, 1)]))
            boxes = draw(st.lists(edges, max_size=3, unique=True))
            origins = {"person", "accepted", "corrected"}
            named = labels()
            return AnnotatedImage(
                file=Path("/photos", draw(st.sampled_from(["", "below"])), f"{name}.png"),
                plane=plane,
                section=draw(_names()),
                section_by_person=draw(st.booleans()),
                labels=named,
                origins={name: draw(st.sampled_from(sorted(origins))) for name in named},
                regions=tuple(region(box) for box in boxes),
            )

        return AnnotationCollection(tuple(known), tuple(image(name) for name in draw(files)))

    return build()
