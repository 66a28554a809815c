"""gitattributes patterns as regexes over path bytes, read as Latin-1: what src/policy/patterns.ts does in Node."""

import json
import re
from functools import lru_cache
from itertools import count
from typing import Iterator, List, Tuple

from .errors import ConfigError

_STAR = object()
_ANY_FOLDERS = "(?:[^/]*/)*?"
_ANYTHING = r"[\x00-\xff]*"
# git's wildmatch: ASCII only, and `space` without vertical tab or form feed
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-\x2f:-@\x5b-`{-~",
    "space": r" \t\n\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


@lru_cache(maxsize=None)
def compile_pattern(pattern: str) -> "re.Pattern[str]":
    """Raises ConfigError for patterns that gitward refuses."""
    segments = _segments(pattern)
    rooted = segments if "/" in pattern else [None, *segments]
    return re.compile(_regex(rooted))


def matches(pattern: str, path: bytes) -> bool:
    return compile_pattern(pattern).fullmatch(path.decode("latin-1")) is not None


def _regex(segments: list) -> str:
    """It never goes back behind what was matched before a `**` or a star: no pattern can stall it."""
    groups = count()
    source = skip = chunk = ""
    for i, segment in enumerate(segments):
        if segment is None:
            source += _once(skip + chunk, groups) if skip else chunk
            skip, chunk = _ANY_FOLDERS, ""
        else:
            chunk += _segment(segment, groups) + ("/" if i < len(segments) - 1 else "")
    return source + (skip + chunk if chunk else _ANYTHING)


def _segment(pieces: list, groups: Iterator[int]) -> str:
    runs: List[str] = [""]
    for piece in pieces:
        if piece is _STAR:
            runs.append("")
        else:
            runs[-1] += piece
    first, *others = runs
    if not others:
        return first
    inner = "".join(_once("[^/]*?" + run, groups) for run in others[:-1])
    return first + inner + "[^/]*" + others[-1]


def _once(source: str, groups: Iterator[int]) -> str:
    """Matched once and never retried: an atomic group for Pythons before 3.11."""
    name = f"g{next(groups)}"
    return f"(?=(?P<{name}>{source}))(?P={name})"


def _segments(pattern: str) -> list:
    """A list of pieces for each segment, None for `**`."""
    if pattern == "" or pattern.startswith("!") or pattern.startswith("[attr]") or pattern.endswith("/"):
        raise _refuse(pattern)
    segments, at = [], 1 if pattern.startswith("/") else 0
    while at < len(pattern):
        start, pieces = at, []
        while at < len(pattern) and pattern[at] != "/":
            piece, at = _piece(pattern, at)
            pieces.append(piece)
        text = pattern[start:at]
        if text in ("", ".", ".."):
            raise _refuse(pattern)
        if text != "**" and any(a is b is _STAR for a, b in zip(pieces, pieces[1:])):
            raise _refuse(pattern)
        segments.append(None if text == "**" else pieces)
        at += 1
    return segments


def _piece(pattern: str, at: int) -> Tuple[object, int]:
    character = pattern[at]
    if character == "*":
        return _STAR, at + 1
    if character == "?":
        return "[^/]", at + 1
    if character == "[":
        return _bracket(pattern, at)
    if character == "\\":
        at += 1
        if at == len(pattern) or pattern[at] == "/":
            raise _refuse(pattern)
    elif character in "{}":
        raise _refuse(pattern)
    return re.escape(pattern[at].encode("utf-8").decode("latin-1")), at + 1


def _bracket(pattern: str, start: int) -> Tuple[str, int]:
    negated = pattern[start + 1 : start + 2] in ("!", "^")
    at = start + (2 if negated else 1)
    items, previous, is_first = "", None, True
    while is_first or pattern[at : at + 1] != "]":
        is_first = False
        named = re.match(r"\[:([^\]]*):\]", pattern[at:])
        if named:
            if named[1] not in _CLASSES:
                raise _refuse(pattern)
            items, at, previous = items + _CLASSES[named[1]], at + len(named[0]), None
            continue
        is_range = previous is not None and re.match(r"-[^\]]", pattern[at:]) is not None
        character, at = _bracket_character(pattern, at + 1 if is_range else at)
        if not is_range:
            items += _hex(character)
        elif previous <= character:
            items += f"{_hex(previous)}-{_hex(character)}"
        previous = None if is_range else character
    return (f"[^/{items}]" if negated else f"(?!/)[{items}]"), at + 1


def _bracket_character(pattern: str, at: int) -> Tuple[str, int]:
    if pattern[at : at + 1] == "\\":
        at += 1
    character = pattern[at : at + 1]
    if character == "" or character == "/" or character > "\x7f":
        raise _refuse(pattern)
    return character, at + 1


def _hex(character: str) -> str:
    return f"\\x{ord(character):02x}"


def _refuse(pattern: str) -> ConfigError:
    return ConfigError(f"pattern {json.dumps(pattern)} in the policy is none that gitward takes", hint="gitward status")
