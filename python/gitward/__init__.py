"""
Opens what gitward encrypted: models and other files as seekable streams, configuration as data. In memory only.

Keys come from the arguments, else from GITWARD_KEY, an unlocked repository, or an age identity that
GITWARD_IDENTITY_FILE names. Inside a repository its policy says what may be opened where.
"""

from typing import Any

from .backends import use_backend
from .config import load_config as _load_config
from .errors import (
    AuthError,
    ConfigError,
    FormatError,
    GitwardError,
    LockedError,
    ScopeError,
    SignatureError,
    TruncatedError,
    WrongKeyError,
)
from .anonymous import AnonymousFile
from .identities import Identity
from .keys import Key
from .notebook import load_ipython_extension, unload_ipython_extension
from .reader import EncryptedFile
from .safetensors import SafeTensors
from .secret import Secret, SecretFilter, masked
from .signature import Signers

__version__ = "0.0.0"

__all__ = [
    "AnonymousFile",
    "AuthError",
    "ConfigError",
    "EncryptedFile",
    "FormatError",
    "GitwardError",
    "Identity",
    "Key",
    "LockedError",
    "SafeTensors",
    "ScopeError",
    "Secret",
    "SecretFilter",
    "SignatureError",
    "Signers",
    "TruncatedError",
    "WrongKeyError",
    "load_bytes",
    "load_config",
    "load_ipython_extension",
    "masked",
    "memfd",
    "open",
    "safe_open",
    "unload_ipython_extension",
    "use_backend",
]


def open(path: Any, **options: Any) -> EncryptedFile:
    """
    An encrypted file as a seekable binary file. Bytes are opened as they are read, and only if they are genuine.

    Options, here and below: `key` (what GITWARD_KEY would hold, or a `Key`), `identity` or `identity_file` (age),
    `passphrase`, `repository` (whose keys open a file that lies outside any), `allow_plaintext` (take a file that
    is not encrypted as it is; without it that is an error, except for a protected file of an unlocked work tree),
    `signed` (a `Signers`: only a file that one of them signed).

    Raises LockedError without a key; WrongKeyError, AuthError, TruncatedError, FormatError, ScopeError or
    SignatureError for a file that may not or cannot be opened; ConfigError for wrong options; OSError if it cannot
    be read.
    """
    return EncryptedFile(path, **options)


def load_bytes(path: Any, **options: Any) -> bytes:
    """All of an encrypted file. The memory is needed once. Options and errors as `open`."""
    with EncryptedFile(path, **options) as file:
        return file.read()


def safe_open(path: Any, framework: str = "numpy", **options: Any) -> SafeTensors:
    """
    An encrypted safetensors file. `get_tensor(name)` opens that tensor and no other. `framework` is numpy or torch.
    Options and errors as `open`.
    """
    return SafeTensors(path, framework, **options)


def memfd(path: Any, **options: Any) -> AnonymousFile:
    """An encrypted file as an anonymous file in memory, with a `path`. Linux only. Options and errors as `open`."""
    return AnonymousFile(path, **options)


def load_config(path: Any, **options: Any) -> Any:
    """
    The data of a YAML, JSON or dotenv file of a protected repository, whether its values stand there encrypted or
    not. Protected texts are `Secret`s: text whose repr is `***`. `.gitward` must lie in a folder above.

    Options: `key`, `identity`, `identity_file`. Errors as `open`, for the first value that does not open where it
    stands: nothing is returned then.
    """
    return _load_config(path, **options)
