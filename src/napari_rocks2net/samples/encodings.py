"""Encodings of texts that are no Unicode, told by the letters that their words would have in each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from math import inf, log

# Letters beyond ASCII of languages, the commonest first. Those of one encoding are tried one by one.
WESTERN = (
    *("éèàçêâôîùëïûœæ", "äüöß", "óíáéñúü", "ãçéáóíêõâúàô", "èàòùìé", "åäöøæé", "áíóúéðþæöý"),
    "éäüöèáóíàßçñêåøâôîæúãûëïõìòùœ",
)
CENTRAL = (
    *("łóąęśżćńź", "íáéěýřčšžůúťďňó", "íáéčýšžľúťňôďäóĺŕ", "áéőöóüíúű", "ăîâşţ", "čšžćđ", "äüöß"),
    *WESTERN[:3],
)
TURKISH = ("ışüğçöİâîû",)
BALTIC = ("āīēšņļūķčģž", "ėšųįžūąčę", "äõüöšž")
CYRILLIC = ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "оанивітерсклудмпязьбгйчхцжїєфшщюґ")
GREEK = ("αοιετσνηυρπκμλςωίόάγέδήχύθφώβξζψϊϋΐΰ",)
HEBREW = ("יוהלאתרבשמנעכדחפקםגסטןצזךףץ",)
ARABIC = ("اليمنوترعبدفسهقحكجشةصطخضذثأإزغىءظئآؤ",)
THAI = ("านรอกเงมยลวดทสตปบคหแจพชขใไโผถซธศฟภณญฐษฉัี่้ิุะึ์ืูำ็",)
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("cp1252", "iso8859_15", "mac_roman", "cp850"), WESTERN),
    **dict.fromkeys(("cp1250", "iso8859_2", "cp852"), CENTRAL),
    **dict.fromkeys(("cp1251", "koi8_r", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5"), CYRILLIC),
    **dict.fromkeys(("cp1254", "cp857"), TURKISH),
    **{"cp1253": GREEK, "cp1255": HEBREW, "cp1256": ARABIC, "cp1257": BALTIC, "cp874": THAI},
}
LATIN = frozenset(letters[0] for letters in (*WESTERN, *CENTRAL, *TURKISH, *BALTIC))
# In nats: a code page of Windows, where tables come from, is likelier than one of the Mac, of Unix or of DOS.
UNLIKELIER = {
    **dict.fromkeys(("mac_roman", "koi8_r", "iso8859_2", "iso8859_15"), 2.0),
    **dict.fromkeys(("cp850", "cp866", "cp852", "cp857", "koi8_u", "mac_cyrillic", "iso8859_5"), 3.0),
    **dict.fromkeys(("cp1250", "cp1251", "cp1253", "cp1254"), 1.0),
    **dict.fromkeys(("cp1255", "cp1256", "cp1257", "cp874"), 1.5),
}
UNKNOWN, FAULT, CAPITAL, NEIGHBOUR = 9.0, 6.0, 0.3, 2.0
SIGNS = {**dict.fromkeys("°±µ·×–—‘’“”„«»…\u00a0", 1.5), **dict.fromkeys("²³§€№º®©™•¿¡¼½¾", 3.0)}
VOWELS = frozenset("aeiouyæøœаеёиоуыэюяіїє")
# Mean costs of a letter above which a text may be East Asian, and above which it is in no language.
EAST_ASIAN_COST, HIGHEST_COST = 3.95, 6.0
# By how much one encoding is to be likelier than those in which the text is another.
LEAST_ADVANTAGE = 0.5

# Chinese, Japanese and Korean, whose characters are two bytes, the commonest in the first rows of each table:
# lead and trail bytes of those.
COMMON = {
    "cp949": (range(0xB0, 0xC9), range(0xA1, 0xFF)),
    "gb18030": (range(0xB0, 0xD8), range(0xA1, 0xFF)),
    "big5": (range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF))),
    "cp932": ((0x82, 0x83, *range(0x88, 0x98)), (*range(0x40, 0x7F), *range(0x80, 0xFD))),
}
# Where western letters are taken for such a character, others stand beside it.
EAST_ASIAN = re.compile(r"(?<![A-Za-z])[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef](?![A-Za-z])")
MOSTLY = 0.6


def code_page_of(content: bytes) -> str:
    """Return the encoding that a text of eight-bit letters, which is no UTF-8, most likely has.

    Parameters
    ----------
    content : bytes
        Of a table.

    Returns
    -------
    str
        One of Python's names: of Chinese, Japanese, Korean, or an alphabet of `LANGUAGES`.

    Raises
    ------
    ValueError
        When its letters make words in none of them, or in several alike.
    """
    costs = {encoding: _cost(content, encoding) + UNLIKELIER.get(encoding, 0.0) for encoding in LANGUAGES}
    alphabet = min(costs, key=lambda encoding: costs[encoding])
    cost = costs[alphabet] / max(1, sum(byte > 0x7F for byte in content))
    shares = {encoding: _share_of_common(content, encoding) for encoding in COMMON}
    likeliest = max(shares, key=lambda encoding: shares[encoding])
    if cost > EAST_ASIAN_COST and shares[likeliest] >= MOSTLY:
        return likeliest
    if cost > HIGHEST_COST:
        raise ValueError("its letters make words in no code page")
    nearly = [each for each in costs if costs[each] < costs[alphabet] + LEAST_ADVANTAGE]
    if len({content.decode(each) for each in nearly}) > 1:
        raise ValueError(f"its letters may be those of {' or '.join(nearly)}")
    return alphabet


def _cost(content: bytes, encoding: str) -> float:
    """Return how unlikely the letters beyond ASCII are, in nats; infinite where they cannot be."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return inf
    words = re.findall(r"\S*[^\x00-\x7f]\S*", text)
    return min(sum(_cost_of_word(word, letters) for word in words) for letters in LANGUAGES[encoding])


@lru_cache(maxsize=2**14)
def _cost_of_word(word: str, letters: str) -> float:
    padded = f" {word} "
    context = zip(padded, padded[1:], padded[2:], strict=False)
    return sum(_cost_of_letter(*each, letters) for each in context if not each[1].isascii())


def _cost_of_letter(before: str, letter: str, after: str, letters: str) -> float:
    """Return the cost of a letter between two others in a language of these letters."""
    beside = [each for each in (before, after) if each.isalpha()]
    if not (letter.isalpha() or letter in letters):
        # Within a word, in place of a letter of one, beside another sign.
        raised = letter in "¼½¾²³" and (after.isalpha() or (before.isalpha() and before not in "mM"))
        odd = len(beside) == 2 or raised or not (before + after).isascii()
        return SIGNS.get(letter, UNKNOWN) + (FAULT if odd else 0.0)
    small = letter if letter in letters else letter.lower()
    cost = _costs(letters).get(small, UNKNOWN) + (CAPITAL if letter.isupper() and before.isalpha() else 0.0)
    # Capitals within a word, and the sigma of its end.
    if (
        (letter == "ς" and after.isalpha())
        or (letter.isupper() and before.islower())
        or (letter.islower() and before.isupper() and after.isupper())
    ):
        cost += FAULT
    if letters[0] not in LATIN:
        return cost + sum(FAULT for each in beside if each.isascii())
    accents = before.isalpha() and not before.isascii()
    # A vowel between two vowels, a consonant between two consonants.
    clash = len(beside) == 2 and len({_is_vowel(each) for each in (*beside, letter)}) == 1
    return cost + NEIGHBOUR * (accents + clash)


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0].lower() in VOWELS


@lru_cache
def _costs(letters: str) -> dict[str, float]:
    """Return the cost of each letter: the commonest are likelier by their rank, as in Zipf's law."""
    weights = [1 / (rank + 3) for rank in range(len(letters))]
    return {letter: log(sum(weights) / weight) for letter, weight in zip(letters, weights, strict=True)}


def _share_of_common(content: bytes, encoding: str) -> float:
    """Return how many of the letters beyond ASCII are common ones of an East Asian encoding, 0..1."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = [letter for letter in text if not letter.isascii()]
    # Small Cyrillic words, and western letters among others, would be rare characters.
    if len(letters) < 2 or min(byte for byte in content if byte > 0x7F) >= 0xC0:
        return 0.0
    leads, trails = COMMON[encoding]
    pairs = [letter.encode(encoding) for letter in letters]
    common = sum(len(pair) == 2 and pair[0] in leads and pair[1] in trails for pair in pairs)
    return min(common, len(EAST_ASIAN.findall(text))) / len(letters)
