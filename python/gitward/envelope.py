"""The bytes of the three envelopes (docs/SPEC.md): file header, value token, JSON envelope."""

import re
import struct
from hashlib import sha256
from typing import Callable, List, NamedTuple, Optional

from .cobblestone import COMMITMENT_BYTES, MAX_CHUNKS, SALT_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES
from .encoding import from_base64, from_base64url
from .errors import FormatError, TruncatedError

FILE_MAGIC = b"\x89GWD\r\n\x1a\n"
JSON_MAGIC = b'{"gitward":"'
JSON_MAX_BYTES = 1 << 30

_HEADER_BYTES = 20
_CONTEXT = b"gitward/v1/file\0"
_SLOT_UNIT_BYTES = 4096
_SLOT_MAX_BYTES = 1 << 20
_SLOT_HEAD = struct.Struct(">QI")
_UPGRADE = "pip install --upgrade gitward"


class FileHeader(NamedTuple):
    kid: bytes
    """The age file of the data key, from the keyslot that counts; None in a repository file."""
    wrapped_key: Optional[bytes]
    context: bytes
    salt: bytes
    commitment: bytes
    chunks_at: int
    """Of the plaintext, if nothing was cut off or added: opening the last chunk proves it."""
    length: int


def read_file_header(pread: Callable[[int, int], bytes], size: int) -> FileHeader:
    """Parses an envelope of `size` bytes; `pread(offset, length)` reads. Nothing is authenticated yet."""
    head = pread(0, _HEADER_BYTES)
    if not head.startswith(FILE_MAGIC):
        raise FormatError("it is not encrypted by gitward")
    if len(head) < _HEADER_BYTES:
        raise TruncatedError("it ends inside the header")
    version, suite, flags = struct.unpack(">BBH", head[8:12])
    if (version, suite) != (1, 1) or flags not in (0, 1):
        raise _unsupported(f"version {version}, suite {suite}, flags {flags}")
    kid, at, wrapped_key = head[12:], _HEADER_BYTES, None
    if flags == 1:
        slot_bytes = _slot_bytes(kid, pread(at, 4))
        area = pread(at + 4, 2 * slot_bytes)
        if len(area) < 2 * slot_bytes:
            raise TruncatedError("it ends inside the keyslots")
        wrapped_key = _wrapped_key([area[:slot_bytes], area[slot_bytes:]])
        at += 4 + 2 * slot_bytes
    elif not any(kid):
        raise FormatError("it is a repository file, and names no key")
    salt_and_commitment = pread(at, SALT_BYTES + COMMITMENT_BYTES)
    chunks_at = at + SALT_BYTES + COMMITMENT_BYTES
    length = _opened_length(size - chunks_at, allows_empty=flags == 1)
    salt, commitment = salt_and_commitment[:SALT_BYTES], salt_and_commitment[SALT_BYTES:]
    return FileHeader(kid, wrapped_key, _CONTEXT + head, salt, commitment, chunks_at, length)


def _opened_length(sealed: int, *, allows_empty: bool) -> int:
    whole, last = divmod(sealed, SEALED_CHUNK_BYTES)
    if sealed < 0 or last < TAG_BYTES:
        raise TruncatedError("it ends where no envelope can end: it was cut short")
    if whole >= MAX_CHUNKS or (sealed == TAG_BYTES and not allows_empty):
        raise FormatError("it has a length that no envelope has")
    return sealed - (whole + 1) * TAG_BYTES


def _slot_bytes(kid: bytes, field: bytes) -> int:
    if any(kid):
        raise FormatError("it is a portable file, and names a repository's key")
    if len(field) < 4:
        raise TruncatedError("it ends inside the keyslots")
    slot_bytes = int.from_bytes(field, "big")
    if slot_bytes == 0 or slot_bytes % _SLOT_UNIT_BYTES or slot_bytes > _SLOT_MAX_BYTES:
        raise FormatError("its keyslots have a size that is not allowed")
    return slot_bytes


def _wrapped_key(slots: List[bytes]) -> bytes:
    """The age file of the valid slot with the highest generation; of two equal ones, the first."""
    found = []
    for slot in slots:
        body, checksum = slot[:-32], slot[-32:]
        generation, length = _SLOT_HEAD.unpack_from(body)
        end = _SLOT_HEAD.size + length
        if sha256(body).digest() == checksum and end <= len(body) and not any(body[end:]):
            found.append((generation, body[_SLOT_HEAD.size : end]))
    if not found:
        raise FormatError("neither of its keyslots is valid")
    return max(found, key=lambda each: each[0])[1]


def _unsupported(what: str) -> FormatError:
    return FormatError(f"it has {what}, which this gitward does not know", hint=_UPGRADE, code="UNSUPPORTED_VERSION")


class SealedMessage(NamedTuple):
    kid: bytes
    nonce: bytes
    ciphertext: bytes
    tag: bytes


_FIELD = "([A-Za-z0-9_-]+)"
_TOKEN = re.compile("gitward:v1" + 4 * f":{_FIELD}")
_TOKEN_SHAPE = re.compile("gitward:v1:[A-Za-z0-9_-]{11}:[A-Za-z0-9_-]{32}:[A-Za-z0-9_-]+:[A-Za-z0-9_-]{22}")
PAD_BLOCK_BYTES = 32


def holds_token(text: str) -> bool:
    """True if something in the text has the shape of a token."""
    return _TOKEN_SHAPE.search(text) is not None


def parse_token(text: str) -> Optional[SealedMessage]:
    """The value token that `text` is, in its one spelling; None for any other text."""
    match = _TOKEN.fullmatch(text)
    fields = [from_base64url(field) for field in match.groups()] if match else []
    if not match or None in fields:
        return None
    message = SealedMessage(*fields)
    lengths = (len(message.kid), len(message.nonce), len(message.tag))
    is_padded = len(message.ciphertext) % PAD_BLOCK_BYTES == 0
    return message if lengths == (8, 24, 16) and is_padded else None


_JSON_ENVELOPE = re.compile(
    rb'\{"gitward":"v1","kid":"([^"]{12})","nonce":"([^"]{32})","ciphertext":"([^"]+)","tag":"([^"]{24})"\}\n'
)


def parse_json_envelope(data: bytes) -> SealedMessage:
    version = re.match(rb'\{"gitward":"v([0-9]{1,2})"', data)
    if version and version[1] != b"1":
        raise _unsupported(f"version {int(version[1])}")
    match = _JSON_ENVELOPE.fullmatch(data)
    if not match or not data.isascii():
        raise FormatError("it starts like a JSON envelope and is none, or was cut short")
    fields = [from_base64(field.decode("ascii")) for field in match.groups()]
    if None in fields or [len(fields[i]) for i in (0, 1, 3)] != [8, 24, 16]:
        raise FormatError("a field of its JSON envelope is not canonical base64 of the right length")
    if len(fields[2]) > JSON_MAX_BYTES:
        raise FormatError("its JSON envelope holds more than 1 GiB")
    return SealedMessage(*fields)
