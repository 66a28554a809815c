"""The repository around a file, by its files alone: git is never started, and nothing is written."""

import json
import os
import re
from typing import Dict, List, NamedTuple, Optional

from .encoding import from_base64
from .errors import ConfigError, FormatError, WrongKeyError
from .keys import SCOPE, EpochKey

POLICY_PATH = os.path.join(".gitward", "config.yaml")
_KEYS_FOLDER = os.path.join(".gitward", "keys")
_EPOCH_NAME = re.compile(r"([1-9][0-9]{0,8})-([0-9a-f]{16})\.age")


class EpochFile(NamedTuple):
    scope: str
    epoch: int
    kid: bytes
    path: str


class UnlockedKey(NamedTuple):
    scope: str
    epoch: int
    key: EpochKey


class Repository(NamedTuple):
    """`top` holds `.gitward`; `state` is the folder of keyring and pins, None where `.git` was not shipped."""

    top: str
    state: Optional[str]
    work_tree: str


def repository_around(path: str) -> Optional[Repository]:
    """
    The repository that the real path lies in. A policy in a folder inside it is none: where a git repository has a
    policy at its top, only that one counts. An app may ship without `.git`: then the nearest policy counts.
    """
    folders = _ancestors(os.path.dirname(os.path.realpath(path)))
    git_top = next((each for each in folders if os.path.lexists(os.path.join(each, ".git"))), None)
    with_policy = [each for each in folders if os.path.isfile(os.path.join(each, POLICY_PATH))]
    if git_top in with_policy:
        return _git_repository(git_top)
    return Repository(with_policy[0], None, "main") if with_policy else None


def repository_at(folder: str) -> Repository:
    """The repository that a person names. Raises ConfigError if there is none."""
    found = repository_around(os.path.join(folder, "file"))
    if found is None:
        raise ConfigError(f"{folder}: no folder above it has {POLICY_PATH}", hint="gitward init")
    return found


def _ancestors(folder: str) -> List[str]:
    parent = os.path.dirname(folder)
    return [folder] if parent == folder else [folder, *_ancestors(parent)]


def _git_repository(top: str) -> Repository:
    git_dir = os.path.join(top, ".git")
    if not os.path.isdir(git_dir):
        match = re.fullmatch(r"gitdir: (.+?)\n?", _text(git_dir) or "")
        if not match:
            raise ConfigError(f"{git_dir} does not name a git folder", hint="git status")
        git_dir = os.path.normpath(os.path.join(top, match[1]))
    common = _text(os.path.join(git_dir, "commondir"))
    common_dir = git_dir if common is None else os.path.normpath(os.path.join(git_dir, common.strip()))
    name = "main" if common is None else "linked-" + os.path.basename(git_dir)
    return Repository(top, os.path.join(common_dir, "gitward"), name)


def epoch_files(repository: Repository) -> List[EpochFile]:
    """By their names alone: all of it is public."""
    folder = os.path.join(repository.top, _KEYS_FOLDER)
    found: List[EpochFile] = []
    for scope in filter(SCOPE.fullmatch, _names(folder)):
        for name in _names(os.path.join(folder, scope)):
            match = _EPOCH_NAME.fullmatch(name)
            if match:
                path = os.path.join(folder, scope, name)
                found.append(EpochFile(scope, int(match[1]), bytes.fromhex(match[2]), path))
    _assert_kids_unique(found)
    return found


def _assert_kids_unique(files: List[EpochFile]) -> None:
    scopes: Dict[bytes, str] = {}
    for each in files:
        if scopes.setdefault(each.kid, each.scope) != each.scope:
            raise FormatError(
                f"one key stands under two scopes, {scopes[each.kid]} and {each.scope}",
                hint="git log -p -- .gitward/keys",
            )


Pins = Dict[str, Dict[int, bytes]]


def load_pins(repository: Repository, repo: bytes) -> Pins:
    """The fingerprints that this clone trusts, by scope and epoch; none in a clone that was never unlocked."""
    trust = _state(repository, "trust.json")
    if trust is None:
        return {}
    try:
        pinned = {
            scope: {int(epoch): bytes.fromhex(fingerprint) for epoch, fingerprint in epochs.items()}
            for scope, epochs in trust["pins"]["epochs"].items()
        }
        pinned_repo = from_base64(trust["pins"]["repo"])
    except (KeyError, TypeError, ValueError, AttributeError):
        pinned, pinned_repo = {}, None
    if pinned_repo is None:
        raise _damaged(repository, "trust.json")
    if pinned_repo != repo:
        raise WrongKeyError(f"{POLICY_PATH} is of another repository than this clone trusts", hint="gitward doctor")
    return pinned


def load_keyring(repository: Repository) -> List[UnlockedKey]:
    """The epoch keys that `gitward unlock` left; none where it was never run, or after `gitward lock`."""
    stored = _state(repository, "keyring.json")
    try:
        keyring = [
            UnlockedKey(each["scope"], each["epoch"], EpochKey(from_base64(each["key"]), from_base64(each["repo"])))
            for each in stored or []
        ]
    except (KeyError, TypeError, AttributeError):
        keyring = None
    if keyring is None:
        raise _damaged(repository, "keyring.json")
    return keyring


def compiled_policy(repository: Repository):
    """What gitward's filter keeps beside the keyring: `{"hash", "compiled"}`, or None."""
    return _state(repository, f"policy-{repository.work_tree}.json")


def _state(repository: Repository, name: str):
    text = _text(os.path.join(repository.state, name)) if repository.state else None
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    raise _damaged(repository, name)


def _damaged(repository: Repository, name: str) -> ConfigError:
    path = os.path.join(repository.state or "", name)
    return ConfigError(f"{path} is damaged", hint=f"rm '{path}' && gitward unlock")


def _text(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _names(folder: str) -> List[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
