"""Opens the epoch files of a repository with an identity, and trusts what the pins or the chain vouch for."""

import hmac
import re
import struct
from typing import Dict, List, NamedTuple, Optional, Sequence

from .age import unwrap
from .encoding import from_base64, length_prefixed
from .errors import AuthError, FormatError, WrongKeyError
from .identities import Identity
from .kdf import hmac_sha256
from .keys import EpochKey
from .repository import EpochFile, Pins

_RECORD = re.compile(
    r"gitward-key/v1\nrepo (\S{24})\nscope (\S+)\nepoch ([1-9][0-9]{0,8})\n"
    r"key (\S{44})\nmembers (\S{44})\n(?:prev (\S{44})\n)?"
)


class _Opened(NamedTuple):
    key: EpochKey
    prev: Optional[bytes]


class Epochs:
    """The epoch files of one repository; each is opened when its key is asked for."""

    def __init__(self, files: Sequence[EpochFile], repo: bytes, pins: Pins, identities: List[Identity]) -> None:
        self._files = files
        self._repo = repo
        self._pins = pins
        self._identities = identities
        self._opened: Dict[EpochFile, Optional[_Opened]] = {}

    def key_of(self, file: EpochFile) -> Optional[EpochKey]:
        """
        The key inside, if it may be trusted; None if no identity is a recipient. age does not say who sealed a
        file, so a key that is not pinned must continue the epoch before, down to a pin or to epoch 1.
        """
        opened = self._open(file)
        if opened is None:
            return None
        pinned = self._pins.get(file.scope, {})
        if file.epoch in pinned:
            if pinned[file.epoch] != opened.key.fingerprint:
                raise WrongKeyError(
                    f"epoch {file.epoch} of scope {file.scope} is not the key that this clone trusts",
                    hint="gitward unlock",
                )
            return opened.key
        others = (keys for scope, keys in self._pins.items() if scope != file.scope)
        if any(opened.key.fingerprint in keys.values() for keys in others):
            raise WrongKeyError(f"epoch {file.epoch} of scope {file.scope} is the key of another scope")
        if not (file.epoch == 1 and not pinned) and not self._continues(file, opened):
            raise WrongKeyError(
                f"epoch {file.epoch} of scope {file.scope} does not continue epoch {file.epoch - 1}: a stranger may "
                "have planted it",
                hint="compare fingerprints with a teammate: gitward unlock --expect FINGERPRINT",
            )
        return opened.key

    def _continues(self, file: EpochFile, opened: _Opened) -> bool:
        previous = [each for each in self._files if (each.scope, each.epoch) == (file.scope, file.epoch - 1)]
        before = self.key_of(previous[0]) if len(previous) == 1 else None
        if before is None or opened.prev is None:
            return False
        place = length_prefixed(self._repo) + length_prefixed(file.scope.encode()) + struct.pack(">Q", file.epoch)
        wanted = hmac_sha256(before.subkey("epoch-chain"), place + length_prefixed(opened.key.fingerprint))
        return hmac.compare_digest(wanted, opened.prev)

    def _open(self, file: EpochFile) -> Optional[_Opened]:
        if file not in self._opened:
            self._assert_alone(file)
            self._opened[file] = self._read(file)
        return self._opened[file]

    def _assert_alone(self, file: EpochFile) -> None:
        same = [each for each in self._files if (each.scope, each.epoch) == (file.scope, file.epoch)]
        if len(same) > 1:
            raise WrongKeyError(
                f"epoch {file.epoch} of scope {file.scope} has two keys: two members rotated at once, or one is a "
                "stranger's",
                hint=f"git log -- .gitward/keys/{file.scope}",
            )

    def _read(self, file: EpochFile) -> Optional[_Opened]:
        with open(file.path, "rb") as handle:
            wrapped = handle.read()
        try:
            payload = unwrap(wrapped, self._identities)
        except (AuthError, FormatError) as error:
            raise error.at(file.path) from None
        return None if payload is None else self._parsed(file, payload)

    def _parsed(self, file: EpochFile, payload: bytes) -> _Opened:
        match = _RECORD.fullmatch(payload.decode("ascii", "replace"))
        fields = [from_base64(match[i]) if match and match[i] else None for i in (1, 4, 5, 6)]
        repo, secret, members, prev = fields
        if not match or None in (repo, secret, members) or (prev is None) != (match[3] == "1"):
            raise FormatError(f"{file.path} opens, but does not hold an epoch key", hint=f"git log -p -- '{file.path}'")
        key = EpochKey(secret, self._repo)
        if (repo, match[2], int(match[3]), key.kid) != (self._repo, file.scope, file.epoch, file.kid):
            raise WrongKeyError(
                f"{file.path}: the key inside is not of this place", hint=f"git log -p -- '{file.path}'"
            )
        return _Opened(key, prev)
