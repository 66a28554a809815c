"""Key objects. What they hold is in no repr, and they cannot be pickled or copied."""

import re
from typing import Dict, List

from .encoding import from_base64
from .errors import ConfigError
from .kdf import hkdf_sha256

SCOPE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
KEY_BYTES = 32
_KEY_TEXT_LENGTH = 44


class Redacted:
    """Holds a secret: shows nothing of it, and goes nowhere."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ***>"

    def __reduce_ex__(self, protocol):
        raise TypeError(f"a {type(self).__name__} holds a secret and cannot be pickled or copied")


class Key(Redacted):
    """An epoch key that somebody handed over: 32 bytes for one scope."""

    __slots__ = ("scope", "secret")

    def __init__(self, secret: bytes, scope: str = "default") -> None:
        if len(secret) != KEY_BYTES or not SCOPE.fullmatch(scope):
            raise ConfigError("an epoch key is 32 bytes, and a scope 1 to 32 lowercase letters, digits or dashes")
        self.secret = bytes(secret)
        self.scope = scope

    def __repr__(self) -> str:
        return f"<Key *** of scope {self.scope}>"


def parse_keys(text: str, source: str) -> List[Key]:
    """Reads `[scope=]key` items between commas, as GITWARD_KEY holds them. Errors never show the text."""
    return [_parse_key(item.strip(), source) for item in text.strip().split(",")]


def _parse_key(item: str, source: str) -> Key:
    prefix, encoded = item[:-_KEY_TEXT_LENGTH], item[-_KEY_TEXT_LENGTH:]
    secret = from_base64(encoded) if encoded.isascii() else None
    scope = prefix[:-1] if prefix.endswith("=") else "" if prefix else "default"
    if secret is None or len(secret) != KEY_BYTES or not SCOPE.fullmatch(scope):
        raise ConfigError(
            f"{source} is not an epoch key: 44 characters of base64, optionally after scope=",
            hint="gitward unlock --help",
            code="USAGE",
        )
    return Key(secret, scope)


class EpochKey(Redacted):
    """An epoch key in its repository (SPEC "Keys and subkeys")."""

    __slots__ = ("secret", "repo", "fingerprint", "kid", "_subkeys")

    def __init__(self, secret: bytes, repo: bytes) -> None:
        self.secret = secret
        self.repo = repo
        self._subkeys: Dict[str, bytes] = {}
        self.fingerprint = self.subkey("key-id")
        self.kid = self.fingerprint[:8]

    def __repr__(self) -> str:
        return f"<EpochKey *** with kid {self.kid.hex()}>"

    def subkey(self, label: str) -> bytes:
        if label not in self._subkeys:
            info = b"gitward/v1/" + label.encode("ascii")
            self._subkeys[label] = hkdf_sha256(self.secret, self.repo, info, 32)
        return self._subkeys[label]
