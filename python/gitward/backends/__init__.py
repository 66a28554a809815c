"""The ciphers come from an installed library: cryptography, else Cryptodome, else Crypto.

A backend is a module-like object with

- `name`, and `version` of the library
- `aes_gcm(key) -> open(nonce, sealed, aad) -> bytes`, 16-byte tag at the end of `sealed`
- `cmac(key, message) -> bytes`, AES-CMAC
- `chacha20_poly1305(key) -> open(nonce, sealed) -> bytes`
- `x25519(private, peer) -> bytes` and `x25519_public(private) -> bytes`, or None for both if the library has none

`open` raises `TagMismatch`, and returns nothing before the tag has been verified.
"""

import importlib
import os
from typing import Any, Optional

from ..errors import ConfigError


class TagMismatch(Exception):
    """Key, nonce, aad or bytes differ from what was sealed."""


NAMES = ("cryptography", "Cryptodome", "Crypto")
VARIABLE = "GITWARD_CRYPTO_BACKEND"

_chosen: Optional[Any] = None


def backend() -> Any:
    """The backend in use, chosen at the first call."""
    global _chosen
    if _chosen is None:
        _chosen = _load_first([os.environ[VARIABLE]] if os.environ.get(VARIABLE) else NAMES)
    return _chosen


def use_backend(name: str) -> None:
    """Takes one of `NAMES`, instead of the first that is installed. For files that are opened from now on."""
    global _chosen
    _chosen = _load_first([name])


def _load_first(names) -> Any:
    for name in names:
        if name not in NAMES:
            raise ConfigError(f"there is no crypto backend {name}: there are {', '.join(NAMES)}")
        try:
            return _load(name)
        except ImportError:
            continue
    raise ConfigError(
        f"none of these is installed, or it is too old: {', '.join(names)}", hint="pip install cryptography"
    )


def _load(name: str) -> Any:
    if name == "cryptography":
        return importlib.import_module(".openssl", __name__)
    from .pycryptodome import Pycryptodome

    return Pycryptodome(name)
