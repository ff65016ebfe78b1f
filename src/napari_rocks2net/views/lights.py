"""Lights of the petrographic microscope, and what they are called in the languages of the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

PPL, XPL, XPL_WITH_PLATE, REFLECTED, OTHER_LIGHT = "PPL", "XPL", "XPL with plate", "reflected", "other"
LIGHTS = (PPL, XPL, XPL_WITH_PLATE, REFLECTED, OTHER_LIGHT)
"""Plane-polarised, cross-polarised, that with a gypsum or quartz plate, reflected, and any other."""


def plain_word(text: str) -> str:
    """Return a text in small letters without accents and without letters that nobody sees."""
    # Polish ł is a letter of its own to Unicode.
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ı", "i"))
    return "".join(
        letter
        for letter in decomposed
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )


LIGHT_WORDS = frozenset(
    map(
        plain_word,
        {
            *("ppl", "xpl", "cpl", "pp", "xp", "xn", "xpol", "ppol", "pol", "light", "plane", "crossed"),
            *("uncrossed", "cross", "polarized", "polarised", "polars", "nicol", "nicols", "cp", "nii"),
            *("planepolarized", "planepolarised", "crosspolarized", "crosspolarised"),
            # Spanish and Portuguese
            *("paralelo", "paralelos", "paralela", "paralelas", "cruzado", "cruzados", "cruzada", "cruzadas"),
            *(
                "nicoles",
                "nicois",
                "polarizado",
                "polarizados",
                "polarizada",
                "polarizadores",
                "luz",
                "plana",
            ),
            *("plano", "np", "nc", "nx", "ln", "lp", "lpp", "lpx"),
            # French
            *(
                "lpna",
                "lpa",
                "lumiere",
                "naturelle",
                "polarise",
                "polarisee",
                "analysee",
                "non",
                "paralleles",
            ),
            *("croise", "croises", "croisee", "croisees"),
            # German
            *("parallel", "parallele", "parallelen", "gekreuzt", "gekreuzte", "gekreuzten", "polarisiert"),
            *("polarisator", "polarisatoren", "licht", "analysator", "nic", "anal", "analyser", "analyzer"),
            *("analizador", "analizzatore", "analizator", "analizatora", "analyseur", "анализатор"),
            *("анализатора", "анализатором", "descruzado", "descruzados", "unpolarized", "unpolarised"),
            *(
                "plain",
                "opl",
                "single",
                "rl",
                "tl",
                "polar",
                "polarizer",
                "polariser",
                "polarizador",
                "analis",
            ),
            *("analisador", "analizz", "sn", "pl", "xl"),
            # Dutch, Swedish, Norwegian, Hungarian, Greek
            *("gekruist", "gekruiste", "evenwijdig", "evenwijdige", "parallelle", "parallella", "parallell"),
            *("korsad", "korsade", "nicoller", "planpolariserat", "planpolarisert", "krysset", "kryssede"),
            *("keresztezett", "parhuzamos", "nikollal", "ππφ", "δπφ"),
            # Italian, Turkish, Polish, Czech, Russian
            *("paralleli", "incrociati", "polarizzata", "luce", "tek", "cift", "nikol", "nikole", "nikoli"),
            *("piana", "rownolegle", "rownoleglych", "skrzyzowane", "skrzyzowanych", "przy", "nikolach"),
            *("nikolu", "nikolem", "nikoly", "rovnobezne", "rovnobeznych", "zkrizene", "zkrizenych"),
            *("polarizzatore", "polarizzatori", "tn", "cn", "paralel", "capraz", "nik", "krzyz", "skrzyz"),
            *("paral", "skrizene", "skrizenych", "rovnob", "zkriz", "николь", "николя", "николей", "ник"),
            *("анализ", "анал", "николи", "николях", "параллельные", "параллельны", "параллельных"),
            *("скрещенные", "скрещены", "скрещенных", "скрещ", "паралл", "1n", "2n", "1p", "2p"),
            *("analizatorem", "analisatore", "аналізатор", "аналізатора", "аналізатором"),
            # Written as one word, and what microscopes' programs and their users shorten.
            *("planepol", "crosspol", "crossedpol", "linpol", "gekrpol", "llpol", "iipol", "unpol", "nopol"),
            *("lpl", "tpl", "tpp", "txp", "tpx", "ppx", "xpx", "pplt", "xplt", "rxpl", "rxp", "lpc", "lpd"),
            *("lna", "pna", "lpn", "lta", "lnp", "nicp", "nicx", "nicc", "nicolp", "nicolx", "nicolc"),
            *("nicolesp", "nicolesx", "nicolsx", "brightfield", "hellfeld", "durchlicht", "transmision"),
            # Catalan, Romanian, Danish, Finnish, Estonian, Latvian, Lithuanian, Afrikaans
            *("paralels", "lels", "creuats", "paraleli", "incrucisati", "nicoli", "krydsede", "krydset"),
            *("tasopolarisoitu", "ristipolarisoitu", "tasopol", "ristipol", "nikolit", "paralleelsed"),
            *("ristatud", "nikolid", "lygiagretus", "sukryziuoti", "sukryziuotas", "krustoti"),
            *("gekruisde", "gekruisd"),
            # Croatian, Serbian, Slovenian, Bulgarian, Ukrainian, Greek
            *("paralelni", "ukrizeni", "ukrsteni", "vzporedni", "prekrizani", "navzkrizni", "nikola"),
            *("паралелни", "укрштени", "кръстосани", "паралельні", "схрещені", "ніколі", "ніколях", "никола"),
            *("однониколь", "παράλληλα", "διασταυρωμένα", "διασταυρούμενα"),
            # Hungarian, Indonesian, Persian, Arabic
            *(
                "egynikol",
                "keresztnikol",
                "sejajar",
                "bersilang",
                "silang",
                "موازی",
                "متقاطع",
                "متوازي",
                "متعامد",
            ),
            # As a word by itself; in "平行層理" or "クロスラミナ" they are of the rock.
            *(
                "平行",
                "交叉",
                "交差",
                "オープン",
                "クロス",
                "直交",
                "開放",
                "透過",
                "透射",
                "평행",
                "교차",
                "개방",
            ),
        },
    )
)
"""What photos of one section are told apart by: plane and crossed polars, in the languages of the field."""
WORDS_BESIDE_LIGHT = frozenset(
    {
        *("p", "x", "ii", "ll", "par", "solo", "egy", "ket", "gyps", "gips", "gypsum", "lambda", "parall"),
        *("cr", "cro", "croc", "cruz", "gekr", "inc", "incr", "sin", "con", "sans", "natural", "naturale"),
        *("einfach", "transmitted", "transmitida", "avec", "without", "with", "mit", "ohne", "senza"),
        *("bez", "z", "s", "без", "с", "з", "deg", "λ", "scale"),
        *("one", "two", "no", "out", "in", "single", "double", "open", "linear", "lin", "ordinary", "jeden"),
        *("dwa", "один", "два", "tanpa", "dengan", "mot", "hai", "song", "vuong", "goc", "sem", "com"),
    }
)
"""What stands for the light beside one of those words only."""
# Chinese, Japanese and Korean put no space between words.
WITHOUT_SPACES = {
    "PPL": "单偏振光 單偏振光 单偏光 單偏光 单偏 單偏 平面偏光 平行偏振光 平行偏光 透射光 透過光 単偏光 "
    "開放ニコル 平行ニコル 下方ニコル 開ニコル オープンニコル 下方ポーラー 単ポーラー 単ニコル "
    "개방니콜 평행니콜 단일니콜 단니콜 하부니콜 평면편광 평행편광 단일편광 투과광 투과",
    "XPL": "正交偏振光 正交偏光 正交光 正交 交叉偏振光 交叉偏光 直交偏光 クロスニコル 直交ニコル 交差ニコル "
    "十字ニコル 直交ポーラー クロスポーラー 직교니콜 교차니콜 십자니콜 직교편광 교차편광 직교광 직교",
}


def _spaceless() -> re.Pattern[str]:
    """Return a pattern of those words as they are typed, and as `plain_word` gives them."""
    words = " ".join(WITHOUT_SPACES.values()).split()
    every = {*words, *map(plain_word, words)}
    return re.compile("|".join(sorted(every, key=len, reverse=True)))


ALONE = {
    PPL: "ppl ppol lpna planepolarized planepolarised uncrossed nii np pp 1n paralelos paralelas paralleli "
    "rownolegle rownoleglych rovnobezne rovnobeznych параллельные параллельны параллельных "
    "opl tn descruzados unpolarised unpolarized planpolariserat planpolarisert parhuzamos evenwijdige "
    "planepol linpol lpl lpn lnp tpp pplt unpol nopol tasopolarisoitu tasopol egynikol однониколь "
    "paralelni vzporedni паралелни паралельні παράλληλα " + WITHOUT_SPACES["PPL"],
    XPL: "xpl cpl xpol xp xn nx nc lpa 2n crosspolarized crosspolarised crossed cruzados cruzadas cruzado "
    "cruzada croises croisee croisees gekreuzt gekreuzte gekreuzten incrociati skrzyzowane skrzyzowanych "
    "zkrizene zkrizenych скрещенные скрещены скрещенных capraz skrizene skrizenych keresztezett gekruist "
    "gekruiste korsade kryssede krysset cn crosspol crossedpol gekrpol xplt txp lpc ristipolarisoitu "
    "ristipol krydsede krydset gekruisde creuats incrucisati ukrizeni ukrsteni prekrizani navzkrizni "
    "ristatud krustoti sukryziuoti keresztnikol bersilang укрштени кръстосани схрещені διασταυρωμένα "
    + WITHOUT_SPACES["XPL"],
    XPL_WITH_PLATE: "gyp gypsumplate lambdaplate quartzplate redi roti",
    REFLECTED: "reflected rpl ppr reflejada refletida reflechie riflessa auflicht отраженный отраженном "
    "反射光",
}
"""Words that name a light by themselves."""
BESIDE = {
    PPL: "plane parallel parallele paralleles parallelen par parall ii paralelo paralela plana plano piana "
    "naturelle natural tek non",
    XPL: "x cross cr cro croc cruz gekr inc cift analysee",
    XPL_WITH_PLATE: "lambda",
    REFLECTED: "incident",
}
"""Words that name a light where one of `LIGHT_WORDS` stands with them."""
PLATE_WORDS = frozenset(["plate", "lamina", "lame", "lamella", "plattchen", "placa", "пластинка"])
PLATES = frozenset(["gypsum", "quartz", "lambda", "mica", "gips", "gypse", "yeso"])
WITHOUT = frozenset(["sin", "sans", "without", "ohne", "senza", "bez", "без", "non", "no", "sem", "tanpa"])
WITH = frozenset(["con", "avec", "with", "mit", "z", "s", "с", "з", "com", "dengan"])
ANALYSERS = frozenset(
    {
        *("anal", "analyser", "analyzer", "analysator", "analizador", "analizzatore", "analizator"),
        *("analizatora", "analyseur", "анализатор", "анализатора", "анализатором", "analisador"),
        *("analizatorem", "analisatore", "аналізатор", "аналізатора", "аналізатором", "analisator"),
    }
)
# Too short to be sure of at the beginning of a name, where sections and places have their letters.
SHORT = 2
_OF_BESIDE = {word: light for light, words in BESIDE.items() for word in words.split()}


LIGHT_WITHOUT_SPACES = _spaceless()
_OF_ALONE = {plain_word(word): light for light, words in ALONE.items() for word in words.split()}


def light_of(text: str) -> str:
    """Return the light that a cell, a heading or a folder is called by, empty where it is none.

    Parameters
    ----------
    text : str
        Such as "PPL", "cross-polarised light", "Nicoles cruzados" or "ohne Analysator".

    Returns
    -------
    str
        One of `LIGHTS`, or empty.

    Examples
    --------
    >>> light_of("crossed polars"), light_of("lumière polarisée non analysée"), light_of("quartz")
    ('XPL', 'PPL', '')
    """
    if named := [light for light in LIGHTS if plain_word(light) == " ".join(plain_word(text).split())]:
        return named[0]
    words = _words_of(text)
    alone = _OF_BESIDE.get(words[0], "") if len(words) == 1 and len(words[0]) > SHORT else ""
    return light_of_words(words) or alone


def _words_of(text: str) -> list[str]:
    """Return the words of a text as `plain_word` gives them; Chinese and Japanese lights are words, too."""
    spaced = LIGHT_WITHOUT_SPACES.sub(r" \g<0> ", plain_word(text))
    return [word for word in re.split(r"[\W_]+", spaced) if word]


def light_of_words(words: Iterable[str]) -> str:
    """Return the light that words of `plain_word` name together, empty for none or a contradiction."""
    words = list(words)
    if light := _by_the_analyser(words):
        return light
    # A "cross_section" is no light, and a "plane" none without its polars.
    polars = any(word in LIGHT_WORDS and word not in _OF_BESIDE for word in words)
    named = {light for word in words if (light := _OF_ALONE.get(word, ""))}
    if polars:
        named |= {light for word in words if (light := _OF_BESIDE.get(word, ""))}
    if XPL_WITH_PLATE in named or plate_words(words):
        return "" if PPL in named else XPL_WITH_PLATE
    if {PPL, XPL} <= named and WITHOUT.intersection(words):
        return PPL
    return named.pop() if len(named) == 1 else ""


def plate_words(words: list[str]) -> set[str]:
    """Return the words that name an accessory plate: "gypsum plate"; gypsum alone is a mineral."""
    plates = [pair for pair in pairwise(words) if pair[0] in PLATES and pair[1] in PLATE_WORDS]
    return {word for pair in plates for word in pair}


def _by_the_analyser(words: list[str]) -> str:
    """Return the light by what stands before the analyser: "ohne Analysator", "с анализатором"."""
    for word, following in pairwise(words):
        if following in ANALYSERS:
            if word in WITHOUT:
                return PPL
            if word in WITH:
                return XPL
    return ""


def names_light(word: str) -> bool:
    """Tell whether a word, as `plain_word` gives it, says something about the light."""
    return word in LIGHT_WORDS or word in _OF_ALONE or word in _OF_BESIDE
