"""The core schema of YAML 1.2: what a plain scalar is. PyYAML's own types are those of 1.1, where `no` is false."""

import re
from typing import Any

from .tree import Scalar

_NULL = re.compile(r"(?:~|null|Null|NULL)?")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")
_CORE = "tag:yaml.org,2002:"

_TYPES = (
    ("null", _NULL, lambda text: None),
    ("bool", _BOOL, lambda text: text.lower() == "true"),
    ("int", _INT, int),
    ("int", _OCTAL, lambda text: int(text[2:], 8)),
    ("int", _HEX, lambda text: int(text[2:], 16)),
    ("float", _FLOAT, float),
    ("float", _INFINITE, lambda text: float(text.replace(".", ""))),
    ("float", _NAN, lambda text: float("nan")),
)


def resolve(scalar: Scalar) -> Any:
    """Raises ValueError for text that does not fit the core tag in front of it. Other tags are ignored."""
    tag = scalar.tag[len(_CORE) :] if scalar.tag and scalar.tag.startswith(_CORE) else None
    if tag in {name for name, _, _ in _TYPES}:
        return _matching(scalar.content, tag)
    if scalar.is_plain and scalar.tag is None:
        return _matching(scalar.content, None)
    return scalar.content


def _matching(text: str, tag: Any) -> Any:
    for name, pattern, convert in _TYPES:
        if tag in (None, name) and pattern.fullmatch(text):
            return convert(text)
    if tag is None:
        return text
    raise ValueError(tag)
