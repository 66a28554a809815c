"""Which key opens what, where: the keys of a repository and the scope rule."""

import os
from typing import Container, List, Optional

from .credentials import Credentials
from .epochs import Epochs
from .errors import LockedError, ScopeError, WrongKeyError
from .keys import EpochKey
from .policy import Policy, Protection, load_policy
from .repository import EpochFile, Repository, UnlockedKey, epoch_files, load_keyring, load_pins


def protection_of(policy: Policy, repository: Repository, path: str) -> Optional[Protection]:
    """What the policy asks for at a path inside the repository."""
    relative = os.path.relpath(os.path.realpath(path), repository.top)
    return policy.protection_of(os.fsencode(relative.replace(os.sep, "/")))


class Access:
    """The keys that are at hand for one repository. Pins say first which scope a key belongs to."""

    def __init__(self, repository: Repository, given: Credentials) -> None:
        self.repository = repository
        self.policy: Policy = load_policy(repository)
        self._files: List[EpochFile] = epoch_files(repository)
        self._pins = load_pins(repository, self.policy.repo)
        unlocked = load_keyring(repository)
        self.unlocked_scopes = {each.scope for each in unlocked}
        self._keyring = self._supplied(given) + unlocked
        self._given = given
        self._epochs: Optional[Epochs] = None

    def protection_of(self, path: str) -> Optional[Protection]:
        return protection_of(self.policy, self.repository, path)

    def scope_of(self, kid: bytes) -> Optional[str]:
        """None if no key of the repository has this id."""
        for scope, epochs in self._pins.items():
            if any(fingerprint.startswith(kid) for fingerprint in epochs.values()):
                return scope
        known = [each.scope for each in self._keyring if each.key.kid == kid]
        named = [each.scope for each in self._files if each.kid == kid]
        return next(iter(known + named), None)

    def key_for(self, kid: bytes, allowed: Optional[Container[str]] = None) -> EpochKey:
        """The key that `kid` names, if it belongs to one of the scopes that are allowed; None allows every scope."""
        scope = self.scope_of(kid)
        if scope is None:
            raise WrongKeyError("its key is not one of this repository's", code="UNKNOWN_KEY")
        if allowed is not None and scope not in allowed:
            raise ScopeError(f"its key is of scope {scope}, which the policy does not put here")
        key = next((each.key for each in self._keyring if each.key.kid == kid), None) or self._by_identity(kid)
        if key is None:
            raise LockedError(f"scope {scope} is locked here", hint="gitward unlock, or set GITWARD_KEY")
        return key

    def _by_identity(self, kid: bytes) -> Optional[EpochKey]:
        identities = self._given.all_identities()
        file = next((each for each in self._files if each.kid == kid), None)
        if not identities or file is None:
            return None
        if self._epochs is None:
            self._epochs = Epochs(self._files, self.policy.repo, self._pins, identities)
        key = self._epochs.key_of(file)
        if key is None:
            raise WrongKeyError(
                f"scope {file.scope}: your identity is no recipient of epoch {file.epoch}",
                hint="gitward member list",
                code="NOT_A_RECIPIENT",
            )
        return key

    def _supplied(self, given: Credentials) -> List[UnlockedKey]:
        """Keys that were handed over, placed by their ids among the epoch files."""
        placed: List[UnlockedKey] = []
        for each in given.supplied_keys():
            key = EpochKey(each.secret, self.policy.repo)
            file = next((f for f in self._files if (f.scope, f.kid) == (each.scope, key.kid)), None)
            if file is None:
                raise WrongKeyError(f"the key for scope {each.scope} is not of this repository", hint="gitward doctor")
            if self._pins.get(each.scope, {}).get(file.epoch, key.fingerprint) != key.fingerprint:
                raise WrongKeyError(
                    f"the key for scope {each.scope} is not the one that this clone trusts", hint="gitward doctor"
                )
            placed.append(UnlockedKey(each.scope, file.epoch, key))
        return placed
