"""age identities: where they come from, and which of them this package can use by itself."""

import os
import re
from typing import List, Mapping, Optional

from . import bech32
from .errors import ConfigError
from .keys import Redacted

# built from parts, so that no scanner takes this source for a key
_SECRET = "AGE-SECRET-KEY"
_NATIVE_PREFIX = f"{_SECRET.lower()}-"
_FORM = re.compile(rf"{_SECRET}-(?:PQ-)?1[A-Z0-9]{{20,}}|AGE-PLUGIN-[A-Z0-9-]+1[A-Z0-9]+")


class Identity(Redacted):
    """One line of an age identity file."""

    __slots__ = ("text", "x25519")

    def __init__(self, text: str, source: str) -> None:
        if not _FORM.fullmatch(text):
            raise ConfigError(f"{source} holds no age identity in the form {_SECRET}-…", hint="gitward keygen")
        self.text = text
        """The private key of an X25519 identity; None for those that only age can use."""
        self.x25519: Optional[bytes] = None
        if text.startswith(f"{_SECRET}-1"):
            self.x25519 = bech32.decode(text, _NATIVE_PREFIX)
            if self.x25519 is None or len(self.x25519) != 32:
                raise ConfigError(f"{source}: an identity has a typing error, for its checksum is wrong")

    @property
    def is_post_quantum(self) -> bool:
        return self.text.startswith(f"{_SECRET}-PQ-")


def parse_identities(text: str, source: str) -> List[Identity]:
    """One a line, `#` comments ignored. Errors never show the text."""
    lines = [line.strip() for line in text.splitlines()]
    found = [Identity(line, source) for line in lines if line and not line.startswith("#")]
    if not found:
        raise ConfigError(f"{source} holds no age identity", hint="gitward keygen")
    return found


def read_identity_file(path) -> List[Identity]:
    with open(os.path.expanduser(path), encoding="utf-8") as file:
        return parse_identities(file.read(), os.fspath(path))


def environment_identities(env: Mapping[str, str]) -> List[Identity]:
    """GITWARD_IDENTITY, else the file that GITWARD_IDENTITY_FILE names, else none."""
    if env.get("GITWARD_IDENTITY"):
        return parse_identities(env["GITWARD_IDENTITY"], "GITWARD_IDENTITY")
    if env.get("GITWARD_IDENTITY_FILE"):
        return read_identity_file(env["GITWARD_IDENTITY_FILE"])
    return []
