"""age's ASCII armor: strict PEM."""

import re

from .encoding import from_base64
from .errors import FormatError

_BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END = b"-----END AGE ENCRYPTED FILE-----"
_ARMOR = re.compile(rb"\s*" + _BEGIN + rb"\r?\n((?:[^\r\n]{64}\r?\n)*[^\r\n]{1,64}\r?\n)" + _END + rb"\s*")


def dearmor(data: bytes) -> bytes:
    """The bytes inside; `data` itself if it does not begin as armor does."""
    if not data.lstrip().startswith(b"-----BEGIN"):
        return data
    match = _ARMOR.fullmatch(data)
    text = match[1].replace(b"\r", b"").replace(b"\n", b"") if match else b""
    inside = from_base64(text.decode("ascii")) if text.isascii() else None
    if not inside:
        raise FormatError("a wrapped key is malformed age armor")
    return inside
