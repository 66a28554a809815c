"""How an age file key is wrapped: for an X25519 recipient, or by a passphrase."""

import hashlib
import re
from typing import List, NamedTuple, Optional, Sequence

from .backends import TagMismatch, backend
from .encoding import from_unpadded_base64
from .errors import FormatError
from .kdf import hkdf_sha256

VERSION = b"age-encryption.org/v1"
_ZERO_NONCE = bytes(12)
_MAX_SCRYPT_LOG_N = 20


class Stanza(NamedTuple):
    arguments: List[str]
    body: bytes


def from_x25519(stanzas: List[Stanza], native: Sequence[bytes]) -> Optional[bytes]:
    _assert_scrypt_alone(stanzas)
    for stanza in stanzas:
        if stanza.arguments[0] != "X25519":
            continue
        share = from_unpadded_base64(stanza.arguments[1]) if len(stanza.arguments) == 2 else None
        if share is None or len(share) != 32 or len(stanza.body) != 32:
            raise malformed()
        for private in native:
            file_key = _x25519_open(private, share, stanza.body)
            if file_key is not None:
                return file_key
    return None


def _x25519_open(private: bytes, share: bytes, body: bytes) -> Optional[bytes]:
    recipient = backend().x25519_public(private)
    try:
        shared = backend().x25519(private, share)
    except ValueError:
        shared = None
    if shared is None:
        raise malformed()
    return _open_body(hkdf_sha256(shared, share + recipient, VERSION + b"/X25519", 32), body)


def from_passphrase(stanzas: List[Stanza], passphrase: Optional[str]) -> Optional[bytes]:
    _assert_scrypt_alone(stanzas)
    kind, *arguments = stanzas[0].arguments
    if kind != "scrypt" or passphrase is None:
        return None
    salt = from_unpadded_base64(arguments[0]) if len(arguments) == 2 else None
    if salt is None or len(salt) != 16 or len(stanzas[0].body) != 32 or not re.fullmatch("[1-9][0-9]?", arguments[1]):
        raise malformed()
    log_n = int(arguments[1])
    if log_n > _MAX_SCRYPT_LOG_N:
        raise FormatError(f"a passphrase with a work factor of 2^{log_n} would take too long")
    n, memory = 1 << log_n, (1 << log_n) * 1024 + (1 << 20)
    wrap_key = hashlib.scrypt(
        passphrase.encode(), salt=VERSION + b"/scrypt" + salt, n=n, r=8, p=1, maxmem=memory, dklen=32
    )
    return _open_body(wrap_key, stanzas[0].body)


def _assert_scrypt_alone(stanzas: List[Stanza]) -> None:
    if len(stanzas) > 1 and any(stanza.arguments[0] == "scrypt" for stanza in stanzas):
        raise malformed()


def _open_body(wrap_key: bytes, body: bytes) -> Optional[bytes]:
    try:
        return backend().chacha20_poly1305(wrap_key)(_ZERO_NONCE, body)
    except TagMismatch:
        return None


def malformed() -> FormatError:
    return FormatError("a wrapped key is a malformed age file")
