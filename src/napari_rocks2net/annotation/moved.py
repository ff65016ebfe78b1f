"""Moved image files, matched by their names and kept with all their labels."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.image import canonical_file


@dataclass(frozen=True)
class MovedFiles:
    """New places of missing files."""

    files: Mapping[Path, Path]
    """Old file -> new file."""
    ambiguous: tuple[Path, ...]
    """Those whose name fits several files equally well."""
    lost: tuple[Path, ...]
    """Those that no file is called like."""

    def __str__(self) -> str:
        """Describe how many files were located, and why the others were not."""
        total = len(self.files) + len(self.ambiguous) + len(self.lost)
        parts = [f"{len(self.files)} of {total} missing files found"]
        if self.ambiguous:
            parts.append(
                f"{len(self.ambiguous)} fit several files ({self.ambiguous[0].name}): choose a folder nearer "
                "to them"
            )
        if self.lost:
            parts.append(f"{len(self.lost)} are not in this folder ({self.lost[0].name})")
        return "; ".join(parts) + "."


def files_named_like(missing: Iterable[Path], folder: str | Path) -> list[Path]:
    """Return the files in a folder and its subfolders that are called like missing ones.

    Parameters
    ----------
    missing : iterable of Path
        Their names count, in small or capital letters.
    folder : str or Path
        Folders that cannot be read are passed over.
    """
    names = {file.name.casefold() for file in missing}
    return [
        canonical_file(Path(parent, name))
        for parent, _, files in os.walk(folder)
        for name in files
        if name.casefold() in names
    ]


def match_moved(missing: Iterable[Path], candidates: Iterable[Path]) -> MovedFiles:
    """Pair missing files with existing ones.

    A pair has one name; where several fit, the one with more of the same folders above it does: of
    ``a/1.jpg`` and ``b/1.jpg``, the first was ``photos/a/1.jpg``. What remains undecided stays missing.

    Parameters
    ----------
    missing : iterable of Path
        Old paths; names and folders are compared without case.
    candidates : iterable of Path
        Each is given to one missing file at most.

    Returns
    -------
    MovedFiles
        Every missing file once: found, ambiguous or lost.
    """
    missing = tuple(dict.fromkeys(missing))
    by_name: dict[str, list[Path]] = {}
    for file in dict.fromkeys(candidates):
        by_name.setdefault(file.name.casefold(), []).append(file)
    pairs = [
        (_common_tail(old, new), old, new) for old in missing for new in by_name.get(old.name.casefold(), ())
    ]
    new_files: dict[Path, Path] = {}
    undecided: set[Path] = set()
    for depth in sorted({pair[0] for pair in pairs}, reverse=True):
        matched = {*new_files.values()}
        level = [
            (old, new)
            for each, old, new in pairs
            if each == depth and old not in new_files and old not in undecided and new not in matched
        ]
        claims, offers = Counter(new for _, new in level), Counter(old for old, _ in level)
        new_files |= {old: new for old, new in level if claims[new] == 1 and offers[old] == 1}
        undecided |= {old for old, _ in level} - new_files.keys()
    lost = tuple(old for old in missing if old not in new_files and old not in undecided)
    return MovedFiles(new_files, tuple(old for old in missing if old in undecided), lost)


def with_moved_files(
    collection: AnnotationCollection, new_files: Mapping[Path, Path]
) -> AnnotationCollection:
    """Return a collection with files in the place of others; labels, regions and thin sections stay.

    Parameters
    ----------
    collection : AnnotationCollection
        It stays as it is.
    new_files : mapping of Path
        Old file -> new file, absolute. A new file that is in the collection already takes no other's place.

    Raises
    ------
    CollectionError
        When a new path is not absolute, or is that of two files with the same plane or different sections.
    """
    files = {image.file for image in collection.images}
    usable = {old: new for old, new in new_files.items() if new not in files}
    images = tuple(
        replace(image, file=usable[image.file]) if image.file in usable else image
        for image in collection.images
    )
    return replace(collection, images=images)


def _common_tail(first: Path, second: Path) -> int:
    """Return how many parts at the end of two paths are the same, in small or capital letters."""
    pairs = zip(reversed(first.parts), reversed(second.parts), strict=False)
    equal = [one.casefold() == other.casefold() for one, other in pairs]
    return equal.index(False) if False in equal else len(equal)
