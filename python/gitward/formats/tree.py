"""What a parser hands over, and the pointer of each value in it: what src/formats/pointer.ts does in Node."""

import re
from typing import Callable, List, NamedTuple, Optional, Tuple, Union

from ..errors import FormatError
from ..pointers import element_pointer, member_pointer

MAX_DEPTH_LEVELS = 256
_NAMING_KEYS = ("name", "id", "key")
_TOKEN_START = re.compile(r"gitward:v[0-9]+:")


class Scalar(NamedTuple):
    start: int
    end: int
    content: str
    """Without quotes."""
    is_plain: bool = True
    tag: Optional[str] = None
    anchor: Optional[str] = None


class Alias(NamedTuple):
    name: str


class ListNode(NamedTuple):
    items: List["Node"]
    anchor: Optional[str] = None


class MapNode(NamedTuple):
    items: List["Entry"]
    anchor: Optional[str] = None


Node = Union[Scalar, Alias, ListNode, MapNode, None]


class Entry(NamedTuple):
    key: str
    """For types and merge keys."""
    key_node: Node
    value: Node


class Value(NamedTuple):
    pointer: str
    scalar: Scalar


def malformed(text: str, at: int, reason: str) -> FormatError:
    """`line:column: reason`. The reason must not quote the text: it may be a secret."""
    before = text[:at]
    return FormatError(f"{before.count(chr(10)) + 1}:{at - before.rfind(chr(10))}: {reason}")


def assert_depth(text: str, at: int, depth: int) -> None:
    if depth >= MAX_DEPTH_LEVELS:
        raise malformed(text, at, f"nested deeper than {MAX_DEPTH_LEVELS} levels")


def values_of(roots: List[Node], is_sealed: Callable[[str], bool]) -> List[Value]:
    """
    Every value with its pointer, in document order. An element is named by its first plain `name`, `id` or `key`;
    those that were tried have `-` for their own element (SPEC "Pointers").
    """
    found: List[Value] = []

    def visit(node: Node, pointer: str) -> None:
        if isinstance(node, MapNode):
            for entry in node.items:
                visit(entry.value, member_pointer(pointer, entry.key))
        elif isinstance(node, ListNode):
            for item in node.items:
                visit_element(item, pointer)
        elif isinstance(node, Scalar) and node.end > node.start:
            found.append(Value(pointer, node))

    def visit_element(item: Node, parent: str) -> None:
        unnamed = element_pointer(parent, None)
        if not isinstance(item, MapNode):
            return visit(item, unnamed)
        name, tried = _naming(item, lambda key: is_sealed(member_pointer(unnamed, key)))
        named = element_pointer(parent, name)
        for i, entry in enumerate(item.items):
            visit(entry.value, member_pointer(unnamed if i in tried else named, entry.key))
        return None

    for root in roots:
        visit(root, "")
    return found


def _naming(node: MapNode, is_sealed_key: Callable[[str], bool]) -> Tuple[Optional[str], List[int]]:
    tried: List[int] = []
    for key in _NAMING_KEYS:
        places = [i for i, each in enumerate(node.items) if each.key == key and isinstance(each.value, Scalar)]
        tried += places
        contents = [node.items[i].value.content for i in places]
        name = next((each for each in contents if each and not _TOKEN_START.match(each)), None)
        if name is not None and not is_sealed_key(key):
            return name, tried
    return None, tried
