"""Encodings of texts that are no Unicode, told by the words that they would be in each."""

from __future__ import annotations

import re

# What words of Cyrillic, and Polish ones, look like in Windows' western code page.
CYRILLIC = re.compile("[\u00c0-\u00ff]{3}")
CENTRAL = re.compile("[¹³¿¼¾](?=[a-z])|(?<=[a-z]{2})[¹³¿¼¾]")
# Western ones: Windows, the Mac, DOS; and what no word has, a capital or a sign within small letters.
WESTERN = ("cp1252", "mac_roman", "cp850")
NO_WORD = re.compile(r"(?<=[^\W\d_A-Z])[A-ZÀ-ÖØ-ÞŒŠŽŸ]|(?<=[^\W\d_])[^\w\s.,;:()/\\'\"|&+-](?=[^\W\d_])")

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

    Returns
    -------
    str
        One of Python's names: of Chinese, Japanese, Korean, Cyrillic, Central European or western letters.
    """
    shares = {encoding: _share_of_common(content, encoding) for encoding in COMMON}
    likeliest = max(shares, key=lambda encoding: shares[encoding])
    if shares[likeliest] >= MOSTLY:
        return likeliest
    western = content.decode("cp1252", "replace")
    if CYRILLIC.search(western):
        return "cp1251"
    return "cp1250" if CENTRAL.search(western) else min(WESTERN, key=lambda each: _oddity(content, each))


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


def _oddity(content: bytes, encoding: str) -> float:
    """Return how many places of a text no word has; infinite where it cannot be in that encoding."""
    try:
        return len(NO_WORD.findall(content.decode(encoding)))
    except UnicodeDecodeError:
        return float("inf")
