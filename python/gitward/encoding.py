"""Length prefixes, and base64 of which one spelling is accepted."""

import base64
import struct
from typing import Optional


def length_prefixed(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


def from_base64(text: str) -> Optional[bytes]:
    """Standard base64 with padding; None for any text that encoding the bytes again would not give."""
    return _canonical(text, text, base64.b64decode, base64.b64encode)


def from_base64url(text: str) -> Optional[bytes]:
    """base64url without padding; None as above."""
    padded = text + "=" * (-len(text) % 4)
    return _canonical(text, padded, base64.urlsafe_b64decode, lambda data: base64.urlsafe_b64encode(data).rstrip(b"="))


def from_unpadded_base64(text: str) -> Optional[bytes]:
    """Standard base64 without padding, as age's headers have it; None as above."""
    padded = text + "=" * (-len(text) % 4)
    return _canonical(text, padded, base64.b64decode, lambda data: base64.b64encode(data).rstrip(b"="))


def _canonical(text: str, padded: str, decode, encode) -> Optional[bytes]:
    try:
        data = decode(padded.encode("ascii"))
    except ValueError:
        return None
    return data if encode(data) == text.encode("ascii") else None
