"""pycryptodome, under either of its names: `Cryptodome` (pycryptodomex) or `Crypto`."""

from importlib import import_module
from typing import Callable

from . import TagMismatch

_TAG_BYTES = 16
# the names of 2.x, which never had GCM, are those of the abandoned PyCrypto
_OLDEST_MAJOR = 3


class Pycryptodome:
    # its X25519 is young, and not in the versions that distributions ship: age does it instead
    x25519 = None
    x25519_public = None

    def __init__(self, package: str) -> None:
        library = import_module(package)
        if library.version_info[0] < _OLDEST_MAJOR:
            raise ImportError(f"{package} is PyCrypto")
        self.name = package
        self.version = library.__version__
        self._aes = import_module(f"{package}.Cipher.AES")
        self._chacha = import_module(f"{package}.Cipher.ChaCha20_Poly1305")
        self._cmac = import_module(f"{package}.Hash.CMAC")

    def aes_gcm(self, key: bytes) -> Callable[..., bytes]:
        new, mode = self._aes.new, self._aes.MODE_GCM
        return _opener(lambda nonce: new(key, mode, nonce=nonce, mac_len=_TAG_BYTES))

    def chacha20_poly1305(self, key: bytes) -> Callable[..., bytes]:
        new = self._chacha.new
        return _opener(lambda nonce: new(key=key, nonce=nonce))

    def cmac(self, key: bytes, message: bytes) -> bytes:
        return self._cmac.new(key, message, ciphermod=self._aes).digest()


def _opener(cipher_for) -> Callable[..., bytes]:
    def open_(nonce: bytes, sealed, aad: bytes = b"") -> bytes:
        cipher = cipher_for(nonce)
        if aad:
            cipher.update(aad)
        try:
            # never into the caller's buffer: it decrypts before it verifies
            return cipher.decrypt_and_verify(sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:])
        except ValueError:
            pass
        raise TagMismatch()

    return open_
