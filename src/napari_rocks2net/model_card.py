"""Model card: what a model says of itself, as JSON, and the bounds of what a stranger's may say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.untrusted import parse_json

# What no network and no card of ours comes near, and a stranger's could fill the memory or a screen with.
MOST_CARD_LETTERS = 16_000_000
MOST_PROPERTIES = 100
MOST_CLASSES = 10_000
MOST_NAME_LETTERS = 200
MOST_ARGUMENTS = 20
LARGEST_ARGUMENT = 10_000
MOST_PICTURES = 500_000
TEMPERATURES = (0.01, 100.0)
PICTURE_HASH = re.compile("~?[0-9a-f]{16}")
CARD_TYPES: dict[str, type] = {
    **dict.fromkeys(("properties", "preprocessing", "arguments", "metrics", "versions", "crop"), dict),
    **dict.fromkeys(("temperatures", "pixel_size_um"), dict),
    **dict.fromkeys(("architecture", "data", "licence"), str),
    "trained_on": list,
}


@dataclass(frozen=True)
class ModelCard:
    """Model card: what a model file says about itself.

    Raises
    ------
    ValueError
        When there is no property or two of one name, or one has less than two different classes, a
        temperature is none, or a pixel size is of no property.
    """

    properties: tuple[RockProperty, ...]
    """What the model names, with the classes of each in the order of the network's outputs."""
    architecture: str
    """A name for `napari_rocks2net.models.create_model`."""
    preprocessing: Preprocessing
    """What an image goes through before the network."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """Its keyword arguments."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """Figures measured on held-out samples."""
    data: str = ""
    licence: str = ""
    """What the model was trained on; under which terms it may be used."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of the libraries it was made with."""
    crop: dict[str, Any] = field(default_factory=dict)
    """How images are cut out of larger ones before the preprocessing, for models of single crystals; empty
    for models of whole images. See `napari_rocks2net.crystals.CropSettings`."""
    trained_on: tuple[str, ...] = ()
    """The pictures it was trained on, see `napari_rocks2net.samples.sample_hashes`; empty where it is not
    known, or they are more than `MOST_PICTURES`."""
    temperatures: dict[str, float] = field(default_factory=dict)
    """What the logits of a property are divided by to calibrate them, 0.01 to 100; 1 where not named."""
    pixel_size_um: dict[str, LearnedPixelSize] = field(default_factory=dict)
    """How many micrometres a pixel of the photos has, as they enter the network, from which a property was
    learned; a property whose photos did not say so is left out."""

    def __post_init__(self) -> None:
        names = [each.name for each in self.properties]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"A model names at least one property and each of them once, not {names}.")
        for each in self.properties:
            if len(set(each.classes)) != len(each.classes) or len(each.classes) < 2:
                raise ValueError(f"A model needs at least 2 different classes, not {list(each.classes)}.")
        for name, value in self.temperatures.items():
            sound = isinstance(value, int | float) and TEMPERATURES[0] <= value <= TEMPERATURES[1]
            if name not in names or not sound:
                raise ValueError(f"The temperature {value!r:.20} of {name!r:.60} cannot calibrate a model.")
        if unknown := set(self.pixel_size_um).difference(names):
            raise ValueError(f"The pixel size of {min(unknown)!r:.60} is of no property of the model.")

    @property
    def origin(self) -> str:
        """One line on what the model was trained on: how ``data`` begins, and its last sentence."""
        first, *others = re.split(r"(?<=[.!?])\s+", self.data.strip())
        beginning = first.partition(": ")[0].rstrip(".")
        return " ".join([f"{beginning}.", *others[-1:]]) if beginning else ""

    @property
    def lights(self) -> tuple[str, ...]:
        """The lights in which it wants a field; none where it looks at photos one by one."""
        lights = self.arguments.get("lights", "")
        return tuple(lights.split("+")) if isinstance(lights, str) and lights else ()

    @property
    def expected_scale(self) -> str:
        """One line on the scale of the photos that the model learned from; empty where it is not known."""
        if not self.pixel_size_um:
            return ""
        if self.preprocessing.resize == "native":
            sizes = {name: f"{each.median:.3g} µm" for name, each in self.pixel_size_um.items()}
            return f"It learned at a pixel of {_joined_by_name(sizes)}."
        size = self.preprocessing.size
        fields = {name: f"{each.median * size / 1000:.2g} mm" for name, each in self.pixel_size_um.items()}
        return f"It learned from fields about {_joined_by_name(fields)} wide."

    def to_json(self) -> str:
        """Return the card as JSON text."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields["preprocessing"] = self.preprocessing.to_dict()
        fields["properties"] = {each.name: each.classes for each in self.properties}
        fields["pixel_size_um"] = {name: each.to_dict() for name, each in self.pixel_size_um.items()}
        fields["trained_on"] = self.trained_on if len(self.trained_on) <= MOST_PICTURES else ()
        return json.dumps(fields, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ModelCard:
        """Read a card of any version from JSON text; ValueError, KeyError or TypeError if it is none."""
        if len(text) > MOST_CARD_LETTERS:
            raise ValueError(f"it has {len(text):,} letters, more than {MOST_CARD_LETTERS:,}")
        fields = _typed(parse_json(text), dict, "the card")
        if "properties" not in fields:
            fields["properties"] = {fields["property"]: fields["classes"]}
        for name in ("property", "classes"):
            fields.pop(name, None)
        for name, kind in CARD_TYPES.items():
            _typed(fields.get(name, kind()), kind, name)
        fields["arguments"] = _arguments(fields.get("arguments", {}))
        fields["preprocessing"] = Preprocessing.from_dict(fields["preprocessing"])
        fields["properties"] = _properties(fields["properties"])
        fields["trained_on"] = _picture_hashes(fields.get("trained_on", []))
        sizes = fields.get("pixel_size_um", {})
        fields["pixel_size_um"] = {name: LearnedPixelSize.from_dict(each) for name, each in sizes.items()}
        return cls(**fields)


def _joined_by_name(texts: Mapping[str, str]) -> str:
    """Return "2 mm (grain), 5 mm (clastic)", or the text alone where there is one name."""
    if len(texts) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{text} ({name})" for name, text in texts.items())


def _typed(value: Any, kind: type, field: str) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{field} is {value!r:.80} and no {kind.__name__}")
    return value


def _arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what the network may be built with: opening a model never asks for weights elsewhere."""
    arguments = {name: value for name, value in arguments.items() if name != "pretrained"}
    sound = len(arguments) <= MOST_ARGUMENTS and all(
        len(value) <= MOST_NAME_LETTERS
        if isinstance(value, str)
        else isinstance(value, int | float) and abs(value) <= LARGEST_ARGUMENT
        for value in arguments.values()
    )
    if not sound:
        raise ValueError(
            f"the arguments of the network {arguments!r:.200} are more than {MOST_ARGUMENTS}, no numbers or "
            f"words, or beyond {LARGEST_ARGUMENT:,}"
        )
    return arguments


def _picture_hashes(hashes: list[Any]) -> tuple[str, ...]:
    if len(hashes) > MOST_PICTURES:
        raise ValueError(f"it names {len(hashes):,} pictures, more than {MOST_PICTURES:,}")
    if wrong := [each for each in hashes if not (isinstance(each, str) and PICTURE_HASH.fullmatch(each))]:
        raise ValueError(f"{wrong[0]!r:.60} is no hash of a picture, which has 16 hexadecimal digits")
    return tuple(hashes)


def _properties(classes_of: dict[str, Any]) -> tuple[RockProperty, ...]:
    names = [
        _typed(name, str, "a class") for each in classes_of.values() for name in _typed(each, list, "classes")
    ]
    if len(classes_of) > MOST_PROPERTIES or len(names) > MOST_CLASSES:
        raise ValueError(
            f"{len(classes_of):,} properties with {len(names):,} classes are more than "
            f"{MOST_PROPERTIES} with {MOST_CLASSES:,}"
        )
    if long := [name for name in (*classes_of, *names) if not 1 <= len(name) <= MOST_NAME_LETTERS]:
        raise ValueError(
            f"the name {long[0]!r:.60} has {len(long[0]):,} letters, not 1 to {MOST_NAME_LETTERS}"
        )
    return tuple(RockProperty(name, tuple(classes)) for name, classes in classes_of.items())
