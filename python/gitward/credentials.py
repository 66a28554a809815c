"""What a caller hands over, and what the environment holds instead."""

import os
from typing import List, NamedTuple, Optional, Union

from .identities import Identity, environment_identities, parse_identities, read_identity_file
from .keys import Key, parse_keys


class Credentials(NamedTuple):
    """`keys` and `identities` from the arguments; None where the environment is asked."""

    keys: Optional[List[Key]] = None
    identities: Optional[List[Identity]] = None
    passphrase: Optional[str] = None

    def __repr__(self) -> str:
        return "<Credentials ***>"

    def supplied_keys(self) -> List[Key]:
        if self.keys is not None:
            return self.keys
        text = os.environ.get("GITWARD_KEY")
        return parse_keys(text, "GITWARD_KEY") if text else []

    def all_identities(self) -> List[Identity]:
        return environment_identities(os.environ) if self.identities is None else self.identities


def credentials(
    *,
    key: Union[str, Key, None] = None,
    identity: Union[str, Identity, None] = None,
    identity_file: Union[str, "os.PathLike[str]", None] = None,
    passphrase: Optional[str] = None,
) -> Credentials:
    keys = [key] if isinstance(key, Key) else parse_keys(key, "the key argument") if key is not None else None
    given: List[Identity] = []
    if identity is not None:
        given += [identity] if isinstance(identity, Identity) else parse_identities(identity, "the identity argument")
    if identity_file is not None:
        given += read_identity_file(identity_file)
    return Credentials(keys, given or None, passphrase)
