"""C2SP chunked-encryption "Cobblestone-256": opens single chunks of one message."""

import hmac

from .backends import TagMismatch, backend
from .errors import AuthError
from .kdf import hkdf_expand

CHUNK_BYTES = 16384
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
SALT_BYTES = 24
COMMITMENT_BYTES = 32
MAX_CHUNKS = 1 << 38

_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class Message:
    """One message. The commitment is checked here, before any chunk is opened."""

    def __init__(self, input_key: bytes, context: bytes, salt: bytes, commitment: bytes) -> None:
        length = _KEY_BYTES + _NONCE_BYTES + COMMITMENT_BYTES
        okm = hkdf_expand(input_key, _INFO + salt + context, length, "sha512")
        if not hmac.compare_digest(okm[_KEY_BYTES + _NONCE_BYTES :], commitment):
            raise AuthError("its commitment does not verify: the header was changed, or this is another key")
        self._open = backend().aes_gcm(okm[:_KEY_BYTES])
        self._base = int.from_bytes(okm[_KEY_BYTES : _KEY_BYTES + _NONCE_BYTES], "big")

    def open_chunk(self, index: int, sealed) -> bytes:
        """Raises AuthError, and returns nothing, unless these are the bytes that were sealed as chunk `index`."""
        try:
            return self._open((self._base ^ index).to_bytes(_NONCE_BYTES, "big"), sealed, b"")
        except TagMismatch:
            pass
        raise AuthError(f"chunk {index} does not authenticate: it was changed, cut or moved")
