"""The `cryptography` package, and so OpenSSL."""

from typing import Callable

import cryptography
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import TagMismatch

name = "cryptography"
version = cryptography.__version__

# before 42 the functions below take bytes only
_NEEDS_BYTES = int(version.split(".")[0]) < 42


def aes_gcm(key: bytes) -> Callable[..., bytes]:
    return _opener(AESGCM(key))


def chacha20_poly1305(key: bytes) -> Callable[..., bytes]:
    return _opener(ChaCha20Poly1305(key))


def _opener(cipher) -> Callable[..., bytes]:
    decrypt = cipher.decrypt

    def open_(nonce: bytes, sealed, aad: bytes = b"") -> bytes:
        try:
            return decrypt(nonce, bytes(sealed) if _NEEDS_BYTES else sealed, aad)
        except InvalidTag:
            pass
        raise TagMismatch()

    return open_


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def x25519(private: bytes, peer: bytes) -> bytes:
    """Raises ValueError for a peer of low order."""
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(peer))


def x25519_public(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
