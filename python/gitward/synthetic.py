"""Value tokens and JSON envelopes: XAES-256-GCM with synthetic nonces (SPEC "Synthetic nonces")."""

import hmac

from .backends import TagMismatch, backend
from .encoding import length_prefixed
from .envelope import PAD_BLOCK_BYTES, SealedMessage
from .errors import AuthError, FormatError, WrongKeyError
from .kdf import hmac_sha256
from .keys import EpochKey


def open_token(key: EpochKey, token: SealedMessage, pointer: str) -> str:
    """The source text of the value that was sealed at `pointer`."""
    padded = _open(key, "value", token, pointer.encode("utf-8"), "the value was moved or swapped", "MOVED")
    source = padded.rstrip(b"\0")
    if not source.endswith(b"\x80") or len(padded) - len(source) >= PAD_BLOCK_BYTES:
        raise FormatError("the value has wrong padding")
    try:
        return source[:-1].decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise FormatError("its content is not UTF-8 text")


def open_json(key: EpochKey, envelope: SealedMessage) -> bytes:
    return _open(key, "json", envelope, b"", "its nonce does not verify", "TAMPERED")


def _open(key: EpochKey, kind: str, message: SealedMessage, pointer: bytes, stray: str, code: str) -> bytes:
    if message.kid != key.kid:
        raise WrongKeyError("its key id names another key")
    aad = length_prefixed(b"gitward/v1/" + kind.encode("ascii")) + length_prefixed(message.kid)
    plaintext = _xaes_open(key.subkey(kind + "/aead"), message, aad)
    authentic = length_prefixed(aad) + length_prefixed(pointer) + plaintext
    expected = hmac_sha256(key.subkey(kind + "/nonce"), authentic)[: len(message.nonce)]
    if not hmac.compare_digest(expected, message.nonce):
        raise AuthError(stray, code=code)
    return plaintext


def _xaes_open(key: bytes, message: SealedMessage, aad: bytes) -> bytes:
    """C2SP XAES-256-GCM: CMAC derives a key from the first half of the nonce."""
    start, nonce = message.nonce[:12], message.nonce[12:]
    derived = b"".join(backend().cmac(key, bytes([0, i, 0x58, 0]) + start) for i in (1, 2))
    try:
        return backend().aes_gcm(derived)(nonce, message.ciphertext + message.tag, aad)
    except TagMismatch:
        pass
    raise AuthError("it was changed after it was encrypted: its tag does not verify")
