"""Encodings of texts that are no Unicode, detected by the letters that their words would have."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate, chain
from math import inf, log

# Vietnamese of TCVN 5712, VN3, which Python has no codec for: its letters from the byte that comes before.
TCVN = "tcvn"
TCVN_ROWS = {
    **{0xA8: "ăâêôơưđ", 0xB5: "àảãáạ", 0xBB: "ằẳẵắ", 0xC6: "ặầẩẫấậè", 0xCE: "ẻẽéẹềểễếệìỉ", 0xDC: "ĩíịò"},
    **{0xE1: "ỏõóọồổỗốộờởỡớợù", 0xF1: "ủũúụừửữứựỳỷỹýỵ"},
}
TCVN_LETTERS = {first + at: letter for first, row in TCVN_ROWS.items() for at, letter in enumerate(row)}

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
VIETNAMESE = ("áốạếộảấờớđưôơêăâàồ\u0301\u0323\u0309\u0300\u0303íúóéùìịọụ",)
# Of Windows, of the Mac, of Unix and of DOS; those that few programs write are there so that none is taken
# for another.
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(["cp1252", "iso8859_15", "mac_roman", "cp850", "cp437", "cp860", "cp865"], WESTERN),
    **dict.fromkeys(["cp1250", "iso8859_2", "mac_latin2", "mac_croatian", "cp852"], CENTRAL),
    **dict.fromkeys(["cp1251", "koi8_r", "koi8_u", "mac_cyrillic", "iso8859_5", "cp866", "cp1125"], CYRILLIC),
    **dict.fromkeys(["cp1254", "mac_turkish", "cp857"], TURKISH),
    **dict.fromkeys(["cp1253", "iso8859_7", "mac_greek", "cp737", "cp869"], GREEK),
    **dict.fromkeys(["cp1255", "iso8859_8", "cp862"], HEBREW),
    **dict.fromkeys(["cp1256", "iso8859_6"], ARABIC),
    **dict.fromkeys(["cp1257", "iso8859_13", "iso8859_4", "cp775"], BALTIC),
    **{"cp874": THAI, "cp1258": VIETNAMESE, TCVN: VIETNAMESE},
}
LATIN = frozenset(letters[0] for letters in (*WESTERN, *CENTRAL, *TURKISH, *BALTIC))
# In nats: a code page of Windows, where tables come from, is likelier than one of the Mac, of Unix or of DOS.
UNLIKELIER = {
    "cp1252": 0.0,
    **dict.fromkeys(("cp1250", "cp1251", "cp1253", "cp1254"), 1.0),
    **dict.fromkeys(("cp1255", "cp1256", "cp1257", "cp874"), 3.0),
    **dict.fromkeys(("mac_roman", "koi8_r", "iso8859_2", "iso8859_15"), 2.0),
    **dict.fromkeys(("cp850", "cp866", "cp852", "cp857", "koi8_u", "mac_cyrillic", "iso8859_5"), 3.0),
}
RARE = 4.0
UNKNOWN, FAULT, CAPITAL, NEIGHBOUR = 9.0, 6.0, 0.3, 2.0
SIGNS = {**dict.fromkeys("°±µ·×–—‘’“”„«»…\u00a0", 1.5), **dict.fromkeys("²³§€№º®©™•¿¡¼½¾", 3.0)}
VOWELS = frozenset("aeiouyæøœаеёиоуыэюяіїє")
# Mean cost of a letter above which a text is in no language; by how much one encoding is to be likelier than
# all in which the text is another. Of 2,454 tables of one to six words of the field in 26 languages and their
# encodings, 1,499 are read right by that, one wrong, and the others refused.
HIGHEST_COST, LEAST_ADVANTAGE = 4.5, 5.0

# Thousands of bytes take seconds, and tell no more.
BYTES_TO_JUDGE = 1000

# Characters of the field in Chinese, Japanese and Korean: what is decoded by another table has none of them.
JAPANESE = (
    "岩石砂泥灰花崗玄武安山片麻斑結晶凝質角閃輝緑長橄欖礫粘土板頁粗細粒大理変成火堆積んれいかチャートヒスイ"
)
CHARACTERS: Mapping[str, str] = {
    **dict.fromkeys(("cp932", "euc_jp"), JAPANESE),
    "gb18030": "岩石砂泥灰花岗玄武安山片麻大理板页粗细粒粉角砾辉长橄榄闪英云母白绿变质火成沉积斑凝流纹黑矿",
    "big5": "岩石砂泥灰花崗玄武安山片麻大理板頁粗細粒粉角礫輝長橄欖閃英雲母白綠變質火成沉積斑凝流紋黑礦物中",
    "cp949": "암석화강편마사이회현무대리역응질안산규장반려감람각섬휘록변성퇴적세립조중",
}
OF_THE_FIELD, OF_THE_SCRIPT = 3.0, 9.0
SCRIPTS = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}")


def code_page_of(content: bytes) -> str:
    """Return the encoding that a text of eight-bit letters, which is no UTF-8, has for sure.

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
    sample = _lines_to_judge(content)
    costs = {each: _cost(sample, each) + UNLIKELIER.get(each, RARE) for each in (*LANGUAGES, *CHARACTERS)}
    best = min(costs, key=lambda encoding: costs[encoding])
    letters = sum(byte > 0x7F for byte in sample) / (2 if best in CHARACTERS else 1)
    if costs[best] - UNLIKELIER.get(best, RARE) > HIGHEST_COST * letters:
        raise ValueError("its letters make words in no code page")
    near = [each for each in costs if costs[each] < costs[best] + LEAST_ADVANTAGE]
    if len({_decoded(sample, each) for each in near}) > 1 or best == TCVN:
        raise ValueError(f"its letters may be those of {' or '.join(sorted(near, key=costs.__getitem__))}")
    return best


def _lines_to_judge(content: bytes) -> bytes:
    """Return the first different lines that have letters beyond ASCII, as many as suffice."""
    lines = dict.fromkeys(line for line in content.splitlines() if not line.isascii())
    ends = list(accumulate(len(line) + 1 for line in lines))
    return b"\n".join(list(lines)[: 1 + bisect_left(ends, BYTES_TO_JUDGE)])[: 2 * BYTES_TO_JUDGE]


def is_utf_7(content: bytes) -> bool:
    """Tell whether a text without eight-bit letters hides words of a language, as UTF-7 does (RFC 2152)."""
    if not UTF_7.search(content):
        return False
    try:
        text = content.decode("utf-7")
    except UnicodeDecodeError:
        return False
    text = "\n".join(line for line in text.splitlines() if not line.isascii())[:BYTES_TO_JUDGE]
    hidden = [letter for letter in text if not letter.isascii()]
    if set(hidden) <= set("".join(CHARACTERS.values())):
        return bool(hidden)
    return _cost_of_words(text, set(chain(*LANGUAGES.values()))) <= HIGHEST_COST * len(hidden)


def _decoded(content: bytes, encoding: str) -> str:
    return content.decode("latin-1").translate(TCVN_LETTERS) if encoding == TCVN else content.decode(encoding)


def _cost(content: bytes, encoding: str) -> float:
    """Return how unlikely the letters beyond ASCII are, in nats; infinite where they cannot be."""
    try:
        text = _decoded(content, encoding)
    except UnicodeDecodeError:
        return inf
    if encoding in CHARACTERS:
        return sum(_cost_of_character(each, encoding) for each in text if not each.isascii())
    return _cost_of_words(text, LANGUAGES[encoding])


def _cost_of_words(text: str, languages: Iterable[str]) -> float:
    words = re.findall(r"\S*[^\x00-\x7f]\S*", text)
    return min(sum(_cost_of_word(word, letters) for word in words) for letters in languages)


def _cost_of_character(character: str, encoding: str) -> float:
    if character in CHARACTERS[encoding]:
        return OF_THE_FIELD
    # A half-wide kana is one byte, as a letter of an alphabet is.
    double = len(character.encode(encoding)) == 2
    return OF_THE_SCRIPT if double and SCRIPTS.match(character) else 2 * OF_THE_SCRIPT


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
        raised = letter in "¼½¾²³·±§" and (after.isalpha() or (before.isalpha() and before not in "mM"))
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
