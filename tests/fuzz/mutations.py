"""Mutations of valid files: bytes, cells of tables, and nodes of JSON documents."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from random import Random
from typing import Any

DEEP, LONG_NUMBER = "<deep>", "<long number>"
WEIRD_TEXTS = (
    *(
        "",
        " ",
        "\0",
        "²",
        "١",
        "\x1b]0;x\x07",
        "\ud800",
        "a" * 70_000,
        "ß" * 300,
        "NaN",
        "Infinity",
        "-0",
        "1e999",
    ),
    *("/dev/zero", "..", "../" * 60, "~", "~nobody/x", "C:\\x.png", "file:///etc/passwd"),
    *(
        "=1+1",
        "@x",
        "-",
        "\t",
        "a\nb",
        "1,2,3,4",
        "0,0,nan,inf",
        "#12345g",
        "()",
        "(",
        "[",
        "((a+)+)$",
        "\u202e",
    ),
)
WEIRD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 64, 10**6, 2**31, 2**63, 2**64, -(2**63), 10**400, 0.5, 1e308, -1e-308),
    *(
        float("nan"),
        float("inf"),
        -float("inf"),
        [],
        {},
        [[]],
        [{}],
        {"": []},
        [None],
        ["a", 1],
        {"a": {"b": 1}},
    ),
    *(DEEP, LONG_NUMBER, [0, 0, 10, 10], list(range(300)), {str(number): number for number in range(300)}),
    *WEIRD_TEXTS,
)
INTERESTING_BYTES = (
    b"\0",
    b"\xff",
    b"\x80",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\x80",
)


def mutated_bytes(content: bytes, random: Random) -> bytes:
    """Return other bytes: some changed, cut out, doubled, put in or moved, or the end cut off."""
    data = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8, 30))):
        if not data:
            break
        # Heads hold the sizes and offsets.
        at = random.randrange(min(len(data), random.choice((16, 128, 1024, 1 << 30))))
        random.choice(_BYTE_MUTATIONS)(data, at, random)
    return bytes(data)


def _flip(data: bytearray, at: int, random: Random) -> None:
    data[at] ^= 1 << random.randrange(8)


def _replace(data: bytearray, at: int, random: Random) -> None:
    piece = random.choice((*INTERESTING_BYTES, random.randbytes(random.choice((1, 2, 4, 8)))))
    data[at : at + len(piece)] = piece


def _number(data: bytearray, at: int, random: Random) -> None:
    size = random.choice("HIQ")
    width = struct.calcsize(size)
    value = random.choice((0, 1, 2, 7, 255, 65535, 2**31 - 1, 2**32 - 1, random.getrandbits(32)))
    data[at : at + width] = struct.pack(random.choice("<>") + size, value % 2 ** (8 * width))


def _cut(data: bytearray, at: int, random: Random) -> None:
    del data[at : at + random.choice((1, 2, 8, 64, 1 << 30))]


def _double(data: bytearray, at: int, random: Random) -> None:
    piece = data[at : at + random.choice((1, 4, 32, 256))]
    data[at:at] = piece * random.choice((1, 2, 50))


def _move(data: bytearray, at: int, random: Random) -> None:
    source = random.randrange(len(data))
    length = random.choice((1, 4, 16))
    data[at : at + length] = data[source : source + length]


_BYTE_MUTATIONS: tuple[Callable[[bytearray, int, Random], None], ...] = (
    *(_flip, _replace, _replace, _number, _number, _cut, _double, _move),
)


def mutated_table(content: bytes, random: Random) -> bytes:
    """Return a table with other cells."""
    lines = content.decode("utf-8").splitlines()
    for _ in range(random.choice((1, 1, 2, 5))):
        row = random.randrange(len(lines))
        cells = lines[row].split(",")
        cell = random.randrange(len(cells))
        cells[cell] = random.choice((*WEIRD_TEXTS, *map(str, WEIRD_VALUES[:20])))
        if random.random() < 0.1:
            cells *= 2
        lines[row] = ",".join(cells)
    return random.choice(("\n", "\r\n", "\r")).join(lines).encode("utf-8", "surrogatepass")


def mutated_json(content: bytes, random: Random) -> bytes:
    """Return a JSON document with other nodes."""
    document = json.loads(content)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        document = _mutated_node(document, random)
    return _json_text(document).encode("utf-8", "surrogatepass")


def mutated_model(content: bytes, random: Random) -> bytes:
    """Return a safetensors file with another header, or another card in it."""
    (length,) = struct.unpack("<Q", content[:8])
    header, weights = json.loads(content[8 : 8 + length]), content[8 + length :]
    metadata = header["__metadata__"]
    where = random.random()
    if where < 0.75:
        metadata["card"] = mutated_json(metadata["card"].encode(), random).decode("utf-8", "replace")
    elif where < 0.85:
        metadata[random.choice(("format", "format_version", "card"))] = str(random.choice(WEIRD_VALUES))
    else:
        header = _mutated_node(header, random)
    text = _json_text(header).encode("utf-8", "replace")
    return struct.pack("<Q", len(text)) + text + weights


def _json_text(document: Any) -> str:
    text = json.dumps(document)
    text = text.replace(json.dumps(DEEP), "[" * 20_000 + "]" * 20_000)
    return text.replace(json.dumps(LONG_NUMBER), "9" * 5_000)


def _mutated_node(document: Any, random: Random) -> Any:
    """Change one node of a document in place, chosen among all of them, and return the document."""
    places = _places(document)
    if not places:
        return random.choice(WEIRD_VALUES)
    parent, key = random.choice(places)
    what = random.random()
    if what < 0.7:
        parent[key] = json.loads(json.dumps(random.choice(WEIRD_VALUES)))
    elif what < 0.85:
        del parent[key]
    elif isinstance(parent, dict):
        parent[random.choice((*WEIRD_TEXTS, "extra"))] = parent.pop(key)
    else:
        parent.insert(key, parent[key])
    return document


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Return (parent, key) of every node below one."""
    children = (
        list(node.items())
        if isinstance(node, dict)
        else list(enumerate(node))
        if isinstance(node, list)
        else []
    )
    own = [(node, key) for key, _ in children]
    return own + [place for _, child in children for place in _places(child)]


STRUCTURED: dict[str, Callable[[bytes, Random], bytes]] = {
    ".csv": mutated_table,
    ".json": mutated_json,
    ".geojson": mutated_json,
    ".safetensors": mutated_model,
}


def mutated(content: bytes, suffix: str, random: Random) -> bytes:
    """Return a mutation of a valid file: of its structure where the ending says which, or of its bytes."""
    structured = STRUCTURED.get(suffix)
    if structured is not None and random.random() < 0.75:
        return structured(content, random)
    return mutated_bytes(content, random)
