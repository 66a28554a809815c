"""Which format a file has, by its name alone; each knows where its values stand and what they stand for."""

import re
from types import ModuleType
from typing import Optional

from . import dotenv_format, json_format, yaml_format

_ROWS = (
    (re.compile(r"\.ya?ml\Z", re.IGNORECASE), yaml_format),
    (re.compile(r"\.jsonc?\Z", re.IGNORECASE), json_format),
    (re.compile(r"\.env\Z|(?:\A|/)\.env\.[^/]+\Z", re.IGNORECASE), dotenv_format),
)


def format_of(path: str) -> Optional[ModuleType]:
    """A module with `read(text) -> roots`, `token_text(text, scalar)` and `to_data(text, roots, value_of)`."""
    return next((module for pattern, module in _ROWS if pattern.search(path)), None)
