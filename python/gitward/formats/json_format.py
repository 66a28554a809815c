"""JSON (RFC 8259) with positions, plus what JSONC allows: comments, trailing commas."""

import json
import re
from typing import Any, Callable, List, Optional

from .tree import Entry, ListNode, MapNode, Node, Scalar, assert_depth, malformed

_GAP = re.compile(r"(?:[ \t\n\r]+|//[^\n\r]*|/\*[\s\S]*?\*/)*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"')
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?|true|false|null")
_TOKEN_SOURCE = re.compile(r'"([A-Za-z0-9_:-]+)"')


def read(text: str) -> List[Node]:
    return [_Reader(text).document()]


def token_text(text: str, scalar: Scalar) -> Optional[str]:
    """The text inside the quotes of a value, if a token may stand like that here."""
    match = _TOKEN_SOURCE.fullmatch(text, scalar.start, scalar.end)
    return match[1] if match else None


def to_data(text: str, roots: List[Node], value_of: Callable[[Scalar, Any], Any]) -> Any:
    """`value_of(scalar, typed value)` gives what stands in the data. Of equal keys the last wins."""

    def build(node: Node) -> Any:
        if isinstance(node, MapNode):
            return {entry.key: build(entry.value) for entry in node.items}
        if isinstance(node, ListNode):
            return [build(item) for item in node.items]
        return value_of(node, json.loads(text[node.start : node.end])) if node else None

    return build(roots[0])


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text.startswith("\ufeff") else 0

    def document(self) -> Node:
        self.skip()
        if self.at == len(self.text):
            return None
        root = self.value(0)
        self.skip()
        if self.at < len(self.text):
            raise self.failure("text after the end of the document")
        return root

    def value(self, depth: int) -> Node:
        first = self.peek()
        if first == "{":
            return MapNode(self.items(depth, "}", self.entry))
        if first == "[":
            return ListNode(self.items(depth, "]", self.value))
        return self.string() if first == '"' else self.plain()

    def items(self, depth: int, close: str, read_item: Callable[[int], Any]) -> list:
        assert_depth(self.text, self.at, depth)
        found = []
        self.at += 1
        self.skip()
        while not self.consume(close):
            found.append(read_item(depth + 1))
            self.skip()
            if self.consume(","):
                self.skip()
            elif self.peek() != close:
                raise self.failure(f"expected , or {close}")
        return found

    def entry(self, depth: int) -> Entry:
        if self.peek() != '"':
            raise self.failure("expected a key in double quotes")
        key = self.string()
        self.skip()
        if not self.consume(":"):
            raise self.failure("expected :")
        self.skip()
        return Entry(key.content, key, self.value(depth))

    def string(self) -> Scalar:
        match = _STRING.match(self.text, self.at)
        if not match:
            raise self.failure("a string without end, or with a character or escape that JSON does not allow")
        self.at = match.end()
        return Scalar(match.start(), match.end(), json.loads(match[0]), False)

    def plain(self) -> Scalar:
        match = _PLAIN.match(self.text, self.at)
        if not match:
            raise self.failure("expected a value")
        self.at = match.end()
        return Scalar(match.start(), match.end(), match[0])

    def skip(self) -> None:
        self.at = _GAP.match(self.text, self.at).end()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def consume(self, character: str) -> bool:
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def failure(self, reason: str):
        return malformed(self.text, self.at, reason if self.at < len(self.text) else "unexpected end of the document")
