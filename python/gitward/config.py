"""Configuration with sealed values, as data."""

import os
from types import ModuleType
from typing import Any, Callable, List, NamedTuple, Optional

from .access import Access
from .credentials import credentials
from .envelope import FILE_MAGIC, JSON_MAGIC, holds_token, parse_token
from .errors import ConfigError, FormatError, GitwardError, ScopeError
from .files import open_content
from .formats import format_of
from .formats.tree import Node, Value, values_of
from .policy import Protection
from .repository import repository_around
from .secret import Secret, remember
from .source import Source
from .synthetic import open_token


class _Place(NamedTuple):
    name: str
    format: ModuleType
    access: Access
    protection: Optional[Protection]


def load_config(path: Any, **given: Any) -> Any:
    """See `gitward.load_config`."""
    name = os.fsdecode(path)
    repository = repository_around(name)
    if repository is None:
        raise ConfigError(f"{name}: no folder above it has .gitward/config.yaml", hint="ship .gitward beside the file")
    inside = os.path.relpath(os.path.realpath(name), repository.top)
    format_ = format_of(inside)
    if format_ is None:
        raise ConfigError(f"{name}: it is none of YAML, JSON and dotenv", hint="gitward.load_bytes(path)")
    access = Access(repository, credentials(**given))
    place = _Place(name, format_, access, access.protection_of(name))
    data = _read(name)
    is_envelope = data.startswith((FILE_MAGIC, JSON_MAGIC))
    if is_envelope:
        content = open_content(path, **given)
        data = bytearray(content.size)
        content.read_into(0, memoryview(data))
        content.close()
    try:
        text = _text(data)
        return _plain_data(place, text if is_envelope else _opened_text(place, text))
    except FormatError as error:
        raise error.at(name) from None


def _read(name: str) -> bytes:
    source = Source(name)
    try:
        return source.pread(0, source.size)
    finally:
        source.close()


def _text(data: Any) -> str:
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise FormatError("it is not UTF-8 text")


def _opened_text(place: _Place, text: str) -> str:
    """Every token by its source text. The values must then stand at the pointers where they stood."""
    values = values_of(place.format.read(text), lambda pointer: False)
    parts: List[str] = []
    opened = set()
    at = 0
    for value in values:
        source = _opened_source(place, text, value)
        if source is not None:
            parts += [text[at : value.scalar.start], source]
            at = value.scalar.end
            opened.add(value.pointer)
    result = "".join(parts) + text[at:]
    if opened:
        # not what the policy selects: it may have changed since the file was sealed
        again = values_of(place.format.read(result), lambda pointer: pointer in opened)
        if [each.pointer for each in again] != [each.pointer for each in values]:
            raise FormatError("an opened value changes the meaning of the text around it")
    return result


def _opened_source(place: _Place, text: str, value: Value) -> Optional[str]:
    """The source text of a token that belongs where it stands; None for a value without ciphertext."""
    token = parse_token(place.format.token_text(text, value.scalar) or "")
    if token is None:
        # quoted by a formatter, say, or part of a longer text: nobody wants it as a password
        if holds_token(value.scalar.content):
            raise FormatError(f"{value.pointer}: ciphertext stands here in a way that gitward does not write")
        return None
    try:
        scope = place.protection.scope_at(value.pointer) if place.protection else None
        if scope is None:
            raise ScopeError("the policy does not protect this value, so its ciphertext stays shut")
        return open_token(place.access.key_for(token.kid, [scope]), token, value.pointer)
    except GitwardError as error:
        raise error.at(f"{place.name}: {value.pointer}") from None


def _plain_data(place: _Place, text: str) -> Any:
    roots = place.format.read(text)
    return place.format.to_data(text, roots, _hiding(place.protection, roots))


def _hiding(protection: Optional[Protection], roots: List[Node]) -> Callable[[Any, Any], Any]:
    """Makes a Secret of each text that the policy protects, and remembers every protected value for masking."""

    def is_sealed(pointer: str) -> bool:
        return protection is not None and protection.scope_at(pointer) is not None

    protected = {id(each.scalar) for each in values_of(roots, is_sealed) if is_sealed(each.pointer)}

    def value_of(scalar: Any, value: Any) -> Any:
        if id(scalar) not in protected:
            return value
        remember(scalar.content)
        return Secret(value) if isinstance(value, str) else value

    return value_of
