"""Names that may mean one thin section or class: they differ by case, zeros or a word for the light."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from napari_rocks2net.views.lights import LIGHT_WITHOUT_SPACES, LIGHT_WORDS, WORDS_BESIDE_LIGHT, plain_word

EMPTY_WORDS = frozenset(
    {
        *("na", "n/a", "#n/a", "#nv", "#n/d", "nan", "null", "none", "nil", "nat", "-", "--", "?", "??"),
        *("#ref!", "#name?", "#value!", "#num!", "#div/0!", "#wert!", "#bezug!", "#zahl!", "#valor!"),
        *("#ссылка!", "#знач!", "#н/д", "#valeur!", "#ref", "k.a.", "s/d", "s.d.", "n.d.", "n/d"),
    }
)
"""What programs and people write into cells that hold nothing."""
# How Excel writes 1-2 and 2.1., which it takes for dates, in the languages of Europe.
MONTHS = (
    "jan|gen|ene|янв|feb|fév|fev|фев|mar|mär|mrz|мар|apr|avr|abr|апр|may|mai|mag|maj|май|jun|juin|giu|июн|jul|"
    "juil|lug|июл|aug|aoû|ago|авг|sep|set|сен|oct|okt|ott|out|окт|nov|ноя|dec|déc|dez|dic|дек"
)
MONTH = rf"(?:{MONTHS})\w{{0,2}}\.?"
DATE_BY_EXCEL = re.compile(rf"\d{{1,2}}[ .-]{{1,2}}{MONTH}|{MONTH}[ -]\d{{2,4}}|\d{{4}}-\d\d-\d\d 00:00:00")
NUMBER_BY_EXCEL = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d{1,2}")
WHOLE_NUMBER = re.compile(r"(\d+)[.,]0+")
# Small letters that look like Latin ones, at least their capitals do: who types 16А by a Russian keyboard.
LOOK_ALIKE = str.maketrans("авекмнорстухіαβεζηικμνορτυχ", "abekmhopctyxiabezhikmnoptyx")
# "sand_stone" and "sand-stone" are "sand stone"; 1-2 is not 1 2.
PARTS_OF_WORDS = re.compile(r"_|(?<=[^\W\d])-(?=[^\W\d])")
# "S 16" and "S-16a" are S16 and S16a; "1 6" is not 16.
PARTED = re.compile(r"(?<=[^\W\d]) (?=\d)|(?<=\d) (?=[^\W\d]\b)")
DEGREE_SIGN = re.compile(r"(?<=\d)\s?[°˚]")
DEGREES = re.compile(r"\d+(?:deg|grad|gr|град)")
# "1 nicol" and "2 николя" are lights; so are p and x at the end of a name with a number.
COUNTED_POLARS = re.compile(r"(?<!\w)[12](?=[\W_]*(?:nic|nik|ник|polar|п[оo]л))")
LAST_LETTERS = re.compile(r"(?<=\d)(?<![\W_][12])[\W_]*(?:n[\W_]*(?:x|ii|ll|[ipcd]\W*)|(?:ii|ll|x|p)n|[px])$")
# What is left of a name behind its last number, or behind its last gap where it has none.
ENDING = re.compile(r"(?P<base>.*\d)(?P<ending>\D*)|(?P<words>.*?)[\s_.-]+(?P<last>[^\s_.-]*)", re.DOTALL)
# "Nº 3", "n° 3", "No. 3" and "№ 3" are 3; N3 is a name.
NUMBER_SIGN = re.compile(r"(?:№|(?<![^\W\d_])(?:n[º°ᵒo]|nos|nr|n[uú]m(?:ero)?))\W*(?=\d)", re.IGNORECASE)
# "N //" and "+N" are as good as words for the polars.
POLARS = r"//|\|\||∥|⊥"
POLAR_SIGN = re.compile(
    rf"(?<![^\W\d_])n\W?(?:{POLARS}|\+)|(?:{POLARS}|\+|(?<=\s)-)\W?n(?![^\W\d_])|{POLARS}", re.IGNORECASE
)
# What people put about a class of which they are not sure, and quotation marks.
ABOUT_A_CLASS = " .?!'\"`´‘’“”„«»()[]"
FEWEST_WITH_ENDINGS = 3
MOST_ENDINGS = 4
ROMAN = re.compile(r"(?=[xvi])(?P<tens>x{0,3})(?P<ones>i[xv]|v?i{0,3})")
ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
LIGHT_BESIDE_NUMBER = re.compile(r"(?<=\d)(?=(?:ppl|xpl|lpna|lpa)$)|(?<=\bppl|\bxpl)(?=\d)")


def section_form(name: str) -> str:
    """Return what is left of a section's name without case, leading zeros, spaces and words for the light.

    Roman numerals are digits.

    Examples
    --------
    >>> section_form("2a_paralelos") == section_form("02A cruzados")
    True
    """
    name = _in_plain_digits(_unmangled(name.strip()))
    # Excel writes the sample 12E3 as 1.2E+04.
    if NUMBER_BY_EXCEL.fullmatch(name):
        return f"{float(name.replace(',', '.')):.0f}"
    if WHOLE_NUMBER.fullmatch(name):
        return class_form(name)
    name = POLAR_SIGN.sub(" ppl ", NUMBER_SIGN.sub(" ", DEGREE_SIGN.sub("deg ", name)))
    plain = LAST_LETTERS.sub("", COUNTED_POLARS.sub("", LIGHT_WITHOUT_SPACES.sub(" ", plain_word(name))))
    parts = re.split(r"[\W_]+", plain)
    words = [_as_light(word) for part in parts for word in LIGHT_BESIDE_NUMBER.split(part) if word]
    others = [word for word in words if word not in LIGHT_WORDS]
    if len(others) < len(words):
        others = _without_the_turn(words)
    if not others:
        return class_form(name)
    numbered = " ".join(map(_in_digits, others))
    return PARTED.sub("", _without_zeros(numbered).translate(LOOK_ALIKE))


def _in_digits(word: str) -> str:
    """Return a Roman numeral up to 39 in digits, as in "TS-IV"; any other word as it is."""
    match = ROMAN.fullmatch(word)
    return str(10 * len(match["tens"]) + ROMAN_ONES.index(match["ones"])) if match else word


def _as_light(word: str) -> str:
    """Return a word for the light that was typed by another keyboard in Latin letters, else the word."""
    latin = word.translate(LOOK_ALIKE)
    return latin if latin in LIGHT_WORDS or latin in WORDS_BESIDE_LIGHT else word


def _without_the_turn(words: list[str]) -> list[str]:
    """Return a name without the light and what belongs to it: "x nicols", or the angle in "S2 XPL 45"."""
    remaining: list[str] = []
    after_light = False
    for word in words:
        light = word in LIGHT_WORDS
        turn = bool((after_light and word.isdigit()) or DEGREES.fullmatch(word))
        beside = word in WORDS_BESIDE_LIGHT or (turn and _has_digit(remaining))
        if not light and not beside:
            remaining.append(word)
        after_light = light or (after_light and beside)
    return remaining


def _has_digit(words: list[str]) -> bool:
    return any(letter.isdigit() for word in words for letter in word)


def class_form(name: str) -> str:
    """Return a name without case, accents, zeros and what nobody sees or tells apart; "1.0" is "1"."""
    text = PARTS_OF_WORDS.sub(" ", _without_accents(_in_plain_digits(_unmangled(name))))
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    # Turkish has an i with and one without a dot, as small letters and as capitals.
    undotted = visible.casefold().replace("i\u0307", "i").replace("ı", "i")
    plain = _without_zeros(" ".join(undotted.split())).strip(ABOUT_A_CLASS).translate(LOOK_ALIKE)
    number = WHOLE_NUMBER.fullmatch(plain)
    return number[1] if number else plain


def is_placeholder(name: str) -> bool:
    """Tell whether a class is called as programs write an empty cell, such as "#N/A" or "nan"."""
    return name.strip().casefold() in EMPTY_WORDS


def is_date_by_excel(name: str) -> bool:
    """Tell whether a class or section is called as Excel writes a date, such as "2. Jan" in place of 2-1."""
    return DATE_BY_EXCEL.fullmatch(unicodedata.normalize("NFC", name.strip()).casefold()) is not None


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


def common_endings(names: Iterable[str]) -> list[str]:
    """Return the endings that tell names apart of which all else comes with each of them.

    Of "A1 투과", "A1 직교", "A2 투과", "A2 직교" and so on these are 투과 and 직교: most likely lights, in
    whatever language. Single letters count the parts of a sample, and numbers its photos.

    Parameters
    ----------
    names : iterable of str
        Of thin sections.

    Returns
    -------
    list of str
        Sorted; none where fewer than three sections, or not most of them, have the same ones.
    """
    endings: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if match := ENDING.fullmatch(name.strip()):
            base, ending = (
                (match["base"], match["ending"]) if match["base"] else (match["words"], match["last"])
            )
            endings[base.casefold()].add(ending.strip(" _.").casefold())
    several = [frozenset(each) for each in endings.values() if 1 < len(each) <= MOST_ENDINGS]
    (usual, count), *_ = Counter(several).most_common(1) or [(frozenset[str](), 0)]
    letters = all(len(ending) <= 1 and (ending.isalpha() or not ending) for ending in usual)
    enough = count >= FEWEST_WITH_ENDINGS and 2 * count > len(endings)
    return sorted(usual) if enough and not letters else []


def _unmangled(name: str) -> str:
    """Return a name as it was before a program took its UTF-8 for letters of Windows: "grÃ¨s" is "grès"."""
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name


def _in_plain_digits(name: str) -> str:
    """Return a name with the digits of other scripts, as in "S٣", as ours."""
    digits = (str(unicodedata.decimal(letter, letter)) for letter in unicodedata.normalize("NFKC", name))
    return "".join(digits)


def _without_accents(name: str) -> str:
    """Return a name without accents on Latin letters; other letters, as か and が, are others with them."""
    return "".join(
        letters[0] if (letters := unicodedata.normalize("NFD", letter))[0].isascii() else letter
        for letter in unicodedata.normalize("NFKC", name)
    )


def _without_zeros(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)
