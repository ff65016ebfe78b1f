"""Names that may mean one thin section or class: they differ by case, zeros or a word for the light."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

LIGHT_WORDS = frozenset(
    {
        *("ppl", "xpl", "cpl", "pp", "xp", "xn", "xpol", "ppol", "pol", "light", "plane", "crossed"),
        *("uncrossed", "cross", "polarized", "polarised", "polars", "nicol", "nicols", "cp", "nii"),
        *("planepolarized", "planepolarised", "crosspolarized", "crosspolarised"),
        # Spanish and Portuguese
        *("paralelo", "paralelos", "paralela", "paralelas", "cruzado", "cruzados", "cruzada", "cruzadas"),
        *("nicoles", "nicois", "polarizado", "polarizados", "polarizada", "polarizadores", "luz"),
        *("plana", "plano", "np", "nc", "nx", "ln", "lp"),
        # French
        *("lpna", "lpa", "lumiere", "naturelle", "polarise", "polarisee", "analysee", "non"),
        *("croises", "croisee"),
        # German
        *("parallel", "parallele", "parallelen", "gekreuzt", "gekreuzte", "gekreuzten", "polarisiert"),
        *("polarisator", "polarisatoren", "licht"),
        # Italian, Turkish, Polish, Russian
        *("paralleli", "incrociati", "polarizzata", "luce", "tek", "cift", "nikol", "nikole", "nikoli"),
        *("piana", "rownolegle", "rownoleglych", "skrzyzowane", "skrzyzowanych", "przy", "nikolach"),
        *("николи", "николях", "параллельные", "параллельны", "параллельных"),
        *("скрещенные", "скрещены", "скрещенных", "1n", "2n"),
    }
)
"""What photos of one section are told apart by: plane and crossed polars, in the languages of the field."""
LIGHT_BESIDE_NUMBER = re.compile(r"(?<=\d)(?=(?:ppl|xpl|lpna|lpa)$)|(?<=\bppl|\bxpl)(?=\d)")
# Chinese and Japanese put no space between words.
LIGHT_WITHOUT_SPACES = re.compile("[单單]偏光|正交偏光|正交光|(?:開放|クロス|直交|平行)ニコル")


def section_form(name: str) -> str:
    """Return what is left of a section's name without case, leading zeros and words for the light.

    Examples
    --------
    >>> section_form("2a_paralelos") == section_form("02A cruzados")
    True
    """
    parts = re.split(r"[\W_]+", LIGHT_WITHOUT_SPACES.sub(" ", _plain(name)))
    words = [word for part in parts for word in LIGHT_BESIDE_NUMBER.split(part) if word]
    others = [word for word in words if word not in LIGHT_WORDS]
    return _without_zeros(" ".join(others)) if others else class_form(name)


def class_form(name: str) -> str:
    """Return a name without case and leading zeros."""
    return _without_zeros(" ".join(name.casefold().split()))


def names_alike(names: Iterable[str], form: Callable[[str], str]) -> list[list[str]]:
    """Return the names that have one form, sorted, where there are several.

    Parameters
    ----------
    names : iterable of str
        Of thin sections or of classes; a name that comes twice counts once.
    form : callable
        `section_form` or `class_form`.
    """
    by_form: dict[str, set[str]] = {}
    for name in names:
        by_form.setdefault(form(name), set()).add(name)
    return [sorted(each) for each in by_form.values() if len(each) > 1]


def _plain(name: str) -> str:
    """Return a name in small letters without accents."""
    # Polish ł is a letter of its own to Unicode.
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _without_zeros(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)
