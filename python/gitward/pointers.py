"""Pointers and the globs that select them: what src/policy/pointers.ts and globs.ts do in Node."""

import json
import re
from typing import List, Optional, Sequence, Union

from .errors import ConfigError

Segment = Optional[str]
"""A map key with its case folded, or None for an array element, whatever its name."""

_UNESCAPED = {"~0": "~", "~1": "/", "~2": "-"}


def member_pointer(parent: str, key: str) -> str:
    escaped = _escape(key)
    return f"{parent}/{'~2' + escaped[1:] if escaped.startswith('-') else escaped}"


def element_pointer(parent: str, name: Optional[str]) -> str:
    return f"{parent}/-" if name is None else f"{parent}/-={_escape(name)}"


def _escape(content: str) -> str:
    return content.replace("~", "~0").replace("/", "~1")


def pointer_segments(pointer: str) -> List[Segment]:
    return [_segment(escaped) for escaped in pointer.split("/")[1:]]


def _segment(escaped: str) -> Segment:
    if escaped == "-" or escaped.startswith("-="):
        return None
    return re.sub("~[012]", lambda match: _UNESCAPED[match[0]], escaped).upper()


Glob = List[Union[None, List[str]]]
"""None for `**`, else what stands before, between and after the stars of one segment."""


def compile_glob(text: str) -> Glob:
    """Raises ConfigError for globs that gitward refuses."""
    segments: List[List[str]] = [[""]]
    for token in re.findall(r"\\[.*\\]|[\s\S]", text):
        if token == "\\":
            raise _refuse(text)
        if token == ".":
            segments.append([""])
        elif token == "*":
            segments[-1].append("")
        else:
            segments[-1][-1] += token[-1]
    return [_glob_segment(text, pieces) for pieces in segments]


def _glob_segment(text: str, pieces: List[str]) -> Optional[List[str]]:
    if pieces == ["", "", ""]:
        return None
    if pieces == [""] or "" in pieces[1:-1]:
        raise _refuse(text)
    return [piece.upper() for piece in pieces]


def _refuse(text: str) -> ConfigError:
    return ConfigError(f"key glob {json.dumps(text)} in the policy is none that gitward takes", hint="gitward status")


def glob_matches(glob: Glob, segments: Sequence[Segment]) -> bool:
    """Takes at most glob x pointer segments of work."""
    reached = [True] + [False] * len(segments)
    for pieces in glob:
        if pieces is None:
            first = reached.index(True) if True in reached else len(reached)
            reached = [i >= first for i in range(len(reached))]
        else:
            steps = zip(reached, segments)
            reached = [False] + [before and _segment_matches(pieces, each) for before, each in steps]
    return reached[-1]


def _segment_matches(pieces: List[str], segment: Segment) -> bool:
    if segment is None:
        return pieces == ["", ""]
    first, *inner = pieces
    if not inner:
        return segment == first
    last = inner.pop()
    if len(segment) < len(first) + len(last) or not (segment.startswith(first) and segment.endswith(last)):
        return False
    at, end = len(first), len(segment) - len(last)
    for piece in inner:
        found = segment.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
