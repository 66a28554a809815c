"""Opens small age v1 files (c2sp.org/age): wrapped keys. X25519 and scrypt here, any other kind through `age`."""

import hmac
import re
from typing import List, NamedTuple, Optional, Sequence, Tuple

from . import age_binary
from .age_armor import dearmor
from .age_stanzas import VERSION, Stanza, from_passphrase, from_x25519, malformed
from .backends import TagMismatch, backend
from .encoding import from_unpadded_base64
from .errors import AuthError, FormatError
from .identities import Identity
from .kdf import hkdf_sha256, hmac_sha256

_CHUNK_BYTES = 65536
_TAG_BYTES = 16


def unwrap(data: bytes, identities: Sequence[Identity], passphrase: Optional[str] = None) -> Optional[bytes]:
    """The plaintext of an age file, binary or armored; None if none of the identities opens it."""
    data = dearmor(data)
    header = _parse_header(data)
    foreign = [each for each in identities if each.x25519 is None or backend().x25519 is None]
    native = [each.x25519 for each in identities if each not in foreign]
    file_key = from_passphrase(header.stanzas, passphrase) or from_x25519(header.stanzas, native)
    if file_key is None:
        return age_binary.unwrap(data, foreign) if foreign else None
    mac = hmac_sha256(hkdf_sha256(file_key, b"", b"header", 32), data[: header.mac_covers])
    if not hmac.compare_digest(mac, header.mac):
        raise AuthError("the header of an age file was changed")
    return _open_payload(file_key, data[header.payload_at :])


class _Header(NamedTuple):
    stanzas: List[Stanza]
    mac: bytes
    mac_covers: int
    payload_at: int


def _parse_header(data: bytes) -> _Header:
    if not data.startswith(VERSION + b"\n"):
        raise FormatError("a wrapped key is no age v1 file")
    stanzas: List[Stanza] = []
    at = len(VERSION) + 1
    while True:
        line, following = _line(data, at)
        if line.startswith("--- "):
            mac = from_unpadded_base64(line[4:])
            if mac is None or len(mac) != 32 or not stanzas:
                raise malformed()
            return _Header(stanzas, mac, at + 3, following)
        if not re.fullmatch(r"->(?: [!-~]+)+", line):
            raise malformed()
        body, at = _body(data, following)
        stanzas.append(Stanza(line.split(" ")[1:], body))


def _body(data: bytes, at: int) -> Tuple[bytes, int]:
    """Base64 in lines of 64 characters; a shorter line, perhaps empty, ends it."""
    text = ""
    while True:
        line, at = _line(data, at)
        text += line
        if len(line) < 64:
            break
        if len(line) > 64:
            raise malformed()
    body = from_unpadded_base64(text)
    if body is None:
        raise malformed()
    return body, at


def _line(data: bytes, at: int) -> Tuple[str, int]:
    end = data.find(b"\n", at)
    if end < 0 or not data[at:end].isascii():
        raise malformed()
    return data[at:end].decode("ascii"), end + 1


def _open_payload(file_key: bytes, payload: bytes) -> bytes:
    """STREAM: chunks of 64 KiB, a counter and a flag for the last one in the nonce."""
    nonce, sealed = payload[:16], payload[16:]
    if len(nonce) < 16 or not sealed:
        raise malformed()
    open_chunk = backend().chacha20_poly1305(hkdf_sha256(file_key, nonce, b"payload", 32))
    step = _CHUNK_BYTES + _TAG_BYTES
    chunks = [sealed[at : at + step] for at in range(0, len(sealed), step)]
    last = len(chunks) - 1
    if last > 0 and len(chunks[last]) <= _TAG_BYTES:
        raise malformed()
    try:
        opened = [open_chunk(i.to_bytes(11, "big") + bytes([i == last]), each) for i, each in enumerate(chunks)]
    except TagMismatch:
        opened = None
    if opened is None:
        raise AuthError("the payload of an age file was changed or cut")
    return b"".join(opened)
