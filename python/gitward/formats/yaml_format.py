"""YAML by PyYAML's events, for those carry positions. Types are those of YAML 1.2, as in gitward itself."""

from importlib.util import find_spec
from typing import Any, Callable, Dict, List, Optional

from ..errors import ConfigError
from .tree import Alias, Entry, ListNode, MapNode, Node, Scalar, assert_depth, malformed
from .yaml_types import resolve


def has_yaml() -> bool:
    return find_spec("yaml") is not None


def read(text: str) -> List[Node]:
    """The root of every document."""
    events = iter(_events(text))
    roots: List[Node] = []
    for event in events:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            roots.append(_node(text, events, next(events), 0))
    return roots


def _events(text: str) -> list:
    if not has_yaml():
        raise ConfigError("reading YAML needs PyYAML", hint="pip install pyyaml")
    import yaml

    mark = None
    try:
        return list(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        # its message may quote the text
        mark = getattr(error, "problem_mark", None)
    except RecursionError:
        pass
    raise malformed(text, mark.index if mark else 0, "not valid YAML")


def _node(text: str, events, event, depth: int) -> Node:
    kind = type(event).__name__
    if kind == "AliasEvent":
        return Alias(event.anchor)
    if kind == "ScalarEvent":
        return _scalar(event)
    assert_depth(text, event.start_mark.index, depth)
    items: list = []
    for each in events:
        if type(each).__name__ in ("SequenceEndEvent", "MappingEndEvent"):
            break
        node = _node(text, events, each, depth + 1)
        if kind == "MappingStartEvent":
            following = next(events)
            key = _key(text, each, following, node)
            items.append(Entry(key, node, _node(text, events, following, depth + 1)))
        else:
            items.append(node)
    return (MapNode if kind == "MappingStartEvent" else ListNode)(items, event.anchor)


def _scalar(event) -> Scalar:
    end = event.end_mark.index
    is_plain = event.style is None or event.style == ""
    # anchor and tag stand in front, inside the event's range
    start = end - len(event.value) if is_plain and event.value.isascii() else event.start_mark.index
    return Scalar(start, end, event.value, is_plain, event.tag, event.anchor)


def _key(text: str, event, following, node: Node) -> str:
    """Decoded content of a scalar key; the source text of any other."""
    if isinstance(node, Scalar):
        return node.content
    source = text[event.start_mark.index : following.start_mark.index].rstrip()
    return source[:-1].rstrip() if source.endswith(":") else source


def token_text(text: str, scalar: Scalar) -> Optional[str]:
    """The source text of a value, if a token may stand like that here."""
    source = text[scalar.start : scalar.end]
    return source if scalar.is_plain and source == scalar.content else None


def parse_yaml(text: str, *, plain: bool = False) -> Any:
    """One document as data. `plain` refuses aliases and anchors."""
    roots = read(text)
    if plain and any(_has_alias(root) for root in roots):
        raise malformed(text, 0, "aliases are not allowed here")
    return to_data(text, roots, lambda scalar, value: value)


def _has_alias(node: Node) -> bool:
    if isinstance(node, MapNode):
        return any(_has_alias(each.key_node) or _has_alias(each.value) for each in node.items)
    if isinstance(node, ListNode):
        return any(_has_alias(each) for each in node.items)
    return isinstance(node, Alias)


def to_data(text: str, roots: List[Node], value_of: Callable[[Scalar, Any], Any]) -> Any:
    """`value_of(scalar, typed value)` gives what stands in the data."""
    if len(roots) > 1:
        raise malformed(text, 0, f"{len(roots)} documents stand here, not one")
    anchors: Dict[str, Any] = {}

    def build(node: Node) -> Any:
        if isinstance(node, Alias):
            if node.name not in anchors:
                raise malformed(text, 0, "an alias has no anchor before it, or stands inside what it names")
            return anchors[node.name]
        value = _collection(node) if not isinstance(node, Scalar) else value_of(node, _typed(text, node))
        if node is not None and node.anchor is not None:
            anchors[node.anchor] = value
        return value

    def _collection(node: Node) -> Any:
        if isinstance(node, ListNode):
            return [build(item) for item in node.items]
        data: Dict[Any, Any] = {}
        merged: Dict[Any, Any] = {}
        for entry in node.items if node else []:
            if _is_merge(entry.key_node):
                merged = {**_merged(text, build(entry.value)), **merged}
                continue
            key = build(entry.key_node)
            if not _is_hashable(key) or key in data:
                raise malformed(text, 0, "a key stands twice in one map, or is no scalar")
            data[key] = build(entry.value)
        return {**merged, **data}

    return build(roots[0]) if roots and roots[0] is not None else None


def _typed(text: str, scalar: Scalar) -> Any:
    try:
        return resolve(scalar)
    except ValueError:
        pass
    raise malformed(text, scalar.start, "a value does not fit its YAML tag")


def _is_merge(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_plain and node.content == "<<" and node.tag is None


def _merged(text: str, source: Any) -> Dict[Any, Any]:
    sources = source if isinstance(source, list) else [source]
    if not all(isinstance(each, dict) for each in sources):
        raise malformed(text, 0, "a merge key needs a map, or a list of maps")
    result: Dict[Any, Any] = {}
    for each in reversed(sources):
        result.update(each)
    return result


def _is_hashable(key: Any) -> bool:
    return not isinstance(key, (dict, list))
