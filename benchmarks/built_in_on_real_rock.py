"""Built-in model, which has seen synthetic sections only, on photos of real rock of a known name.

    python benchmarks/built_in_on_real_rock.py DATA

DATA has the folders lunar_triples, mudstone, sandstone_masks, sandstone_pairs and unlabelled. Prints a
Markdown table: of how many photos the answer is one that the rock's name allows, and what is answered most.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from napari_rocks2net import RockClassifier
from napari_rocks2net.imaging import list_images
from napari_rocks2net.rock_properties import ROCK_PROPERTIES

MODEL = "five_properties"
SILTS = frozenset({"coarse silt", "fine silt"})
SANDSTONES = frozenset({"lithic sandstone", "quartz sandstone"})


@dataclass(frozen=True)
class KnownRock:
    """Photos of a rock whose name says what an answer may be.

    Attributes
    ----------
    name : str
        The rock, for people.
    photos : list of Path
        Image files.
    allowed : dict of str to frozenset of str
        Right classes of each property that the name decides.
    """

    name: str
    photos: list[Path]
    allowed: dict[str, frozenset[str]]


def known_rocks(data: Path) -> Iterator[KnownRock]:
    """Yield what is known about the photos of a folder of real data."""
    lunar = [photo for light in ("ppl", "xpl") for photo in list_images(data / "lunar_triples" / light)]
    yield KnownRock("lunar basalt", lunar, {"basic category": frozenset({"basalt"})})
    folders = (
        data / "sandstone_masks" / "images",
        *(data / "sandstone_pairs" / each for each in ("ppl", "xpl")),
    )
    sandstones = [photo for folder in folders for photo in list_images(folder)]
    sand = {"basic category": SANDSTONES, "mechanical genesis": frozenset({"sand"})}
    yield KnownRock("sandstone", sandstones, sand)
    table = pd.read_csv(data / "mudstone" / "10x.csv")
    silts = table[table["grain_size"] == "siltstone"]
    silt = {
        "basic category": frozenset({"siltstone"}),
        "clastic": SILTS,
        "mixture": frozenset({"calcareous"}),
    }
    yield KnownRock("calcareous siltstone", [data / "mudstone" / file for file in silts["file"]], silt)
    halves = sorted((data / "unlabelled").glob("chn_rock_containing_silty_*.png"))
    yield KnownRock("CHN-Rock, one field", halves, {"mixture": frozenset({"containing silty"})})


def main() -> None:
    """Classify and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    classifier = RockClassifier.load(MODEL)
    print("| rock | photos | property | right answers | right | by chance | answered most |")
    print("|---|---|---|---|---|---|---|")
    for rock in known_rocks(parser.parse_args().data):
        answers = [
            {property: prediction.label for property, prediction in (predictions or {}).items()}
            for predictions in classifier.predict_many(rock.photos)
        ]
        for property, allowed in rock.allowed.items():
            given = Counter(answer[property] for answer in answers)
            right = sum(given[name] for name in allowed)
            most = ", ".join(f"{name} {count}" for name, count in given.most_common(3))
            rng = len(allowed) / len(ROCK_PROPERTIES[property].classes)
            print(
                f"| {rock.name} | {len(answers)} | {property} | {', '.join(sorted(allowed))} | {right} | "
                f"{rng * len(answers):.0f} | {most} |"
            )


if __name__ == "__main__":
    main()
