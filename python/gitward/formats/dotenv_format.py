"""dotenv: lines of `NAME=value`, the dialect of src/formats/dotenv.ts."""

import re
from typing import Any, Callable, List, Optional

from .tree import Entry, MapNode, Node, Scalar, malformed

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z0-9_.-]+)[ \t]*=")
_COMMENT_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?")
_COMMENT_AFTER = re.compile(r"(?:[ \t]+#[^\r\n]*)?[ \t]*")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_BLANKS = re.compile(r"[ \t]*")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_COMMENT_START = re.compile(r"[ \t]#")
_TOKEN_SOURCE = re.compile(r"[A-Za-z0-9_:-]+")
_QUOTED = {
    '"': re.compile(r'"(?:[^"\\]|\\[\s\S])*"'),
    "'": re.compile(r"'[^']*'"),
    "`": re.compile(r"`[^`]*`"),
}
_ESCAPE = re.compile(r'\\(["\\$`nr])')
_ESCAPED = {"n": "\n", "r": "\r"}


def read(text: str) -> List[Node]:
    entries: List[Entry] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        entry = _assignment(text, at)
        if entry:
            entries.append(entry)
            at = _COMMENT_AFTER.match(text, entry.value.end).end()
        else:
            at = _COMMENT_LINE.match(text, at).end()
        line_break = _LINE_BREAK.match(text, at)
        if not line_break and at < len(text):
            raise malformed(
                text, at, "text behind the closing quote" if entry else "neither an assignment nor a comment"
            )
        at = line_break.end() if line_break else at
    return [MapNode(entries)]


def _assignment(text: str, line_start: int) -> Optional[Entry]:
    match = _ASSIGNMENT.match(text, line_start)
    return Entry(match[1], None, _value(text, match.end())) if match else None


def _value(text: str, after_equals: int) -> Scalar:
    start = _BLANKS.match(text, after_equals).end()
    first = text[start : start + 1]
    if first and first in _QUOTED:
        match = _QUOTED[first].match(text, start)
        if not match:
            raise malformed(text, start, "quote without end")
        inside = match[0][1:-1]
        return Scalar(start, match.end(), _unescaped(inside) if first == '"' else inside, False)
    if first == "#" and start > after_equals:
        return Scalar(after_equals, after_equals, "")
    rest = _REST_OF_LINE.match(text, start)[0]
    comment = _COMMENT_START.search(rest)
    source = rest[: comment.start()] if comment else rest
    source = source.rstrip(" \t")
    return Scalar(start, start + len(source), source)


def _unescaped(inside: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), inside)


def token_text(text: str, scalar: Scalar) -> Optional[str]:
    """The source text of a value, if a token may stand like that here."""
    match = _TOKEN_SOURCE.fullmatch(text, scalar.start, scalar.end)
    return match[0] if match else None


def to_data(text: str, roots: List[Node], value_of: Callable[[Scalar, Any], Any]) -> Any:
    """Every value is text. Of equal names the last wins."""
    return {entry.key: value_of(entry.value, entry.value.content) for entry in roots[0].items}
