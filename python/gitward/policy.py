"""The policy `.gitward/config.yaml`: what protects a path, and in which scope."""

import hashlib
import os
import re
from typing import List, NamedTuple, Optional, Set

from .encoding import from_base64
from .errors import ConfigError, FormatError
from .formats.yaml_format import has_yaml, parse_yaml
from .keys import SCOPE
from .patterns import compile_pattern, matches
from .pointers import Glob, compile_glob, glob_matches, pointer_segments
from .repository import POLICY_PATH, Repository, compiled_policy

# of the copies in the git folder; in all of them rules look alike
_COMPILED_VERSIONS = (1, 2)
_RULE_FIELDS = {"paths", "keys", "except", "whole", "scope"}
_NEVER_PROTECTED = re.compile(rb"\.gitward/|(?:.*/)?\.gitattributes\Z", re.DOTALL)


class Rule(NamedTuple):
    paths: List[str]
    scope: str
    is_whole: bool
    keys: List[Glob]
    excepted: List[Glob]


class Protection(NamedTuple):
    """The rules that match one path. `scopes` may stand there."""

    is_whole: bool
    rules: List[Rule]

    @property
    def scopes(self) -> Set[str]:
        return {self.rules[-1].scope} if self.is_whole else {rule.scope for rule in self.rules}

    def scope_at(self, pointer: str) -> Optional[str]:
        """The scope that seals the value at `pointer`; None if it stays plain. An `except` hit is final."""
        if self.is_whole:
            return self.rules[-1].scope
        segments = pointer_segments(pointer)
        for rule in reversed(self.rules):
            if any(glob_matches(glob, segments) for glob in rule.excepted):
                return None
            if any(glob_matches(glob, segments) for glob in rule.keys):
                return rule.scope
        return None


class Policy(NamedTuple):
    repo: bytes
    rules: List[Rule]

    def protection_of(self, path: bytes) -> Optional[Protection]:
        """`path` is relative to the repository, with slashes. None if nothing protects it."""
        if _NEVER_PROTECTED.match(path):
            return None
        hits = [rule for rule in self.rules if any(matches(pattern, path) for pattern in rule.paths)]
        if not hits:
            return None
        if len({rule.is_whole for rule in hits}) > 1:
            shown = path.decode("utf-8", "backslashreplace")
            raise ConfigError(f"{shown}: one rule protects the whole file, another its values", hint="gitward status")
        return Protection(hits[-1].is_whole, hits)


def load_policy(repository: Repository) -> Policy:
    """
    Reads the file with PyYAML. Without PyYAML the copy serves that gitward's filter compiled, if it was made of
    exactly this file. Anything else raises ConfigError: a policy that cannot be read protects nothing wrongly.
    """
    with open(os.path.join(repository.top, POLICY_PATH), "rb") as file:
        text = file.read()
    if has_yaml():
        try:
            return _from_data(parse_yaml(text.decode("utf-8"), plain=True))
        except (FormatError, UnicodeDecodeError):
            pass
        raise _broken("it is not valid")
    compiled = compiled_policy(repository)
    if compiled and compiled.get("hash") == hashlib.sha256(text).hexdigest():
        return _from_compiled(compiled["compiled"])
    raise ConfigError(f"reading {POLICY_PATH} needs PyYAML", hint="pip install pyyaml")


def _from_data(data) -> Policy:
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("protect"), list):
        raise _broken("it is none, or of a version that this gitward does not know")
    return Policy(_repo(data.get("repo")), [_rule(each) for each in data["protect"]])


def _rule(data) -> Rule:
    if not isinstance(data, dict) or not set(data) <= _RULE_FIELDS:
        raise _broken("a rule has a field that this gitward does not know")
    whole, scope = data.get("whole"), data.get("scope", "default")
    if whole not in (None, True, "json", "lfs") or (whole is not None and ("keys" in data or "except" in data)):
        raise _broken("a rule has a wrong `whole`")
    if not isinstance(scope, str) or not SCOPE.fullmatch(scope):
        raise _broken("a rule has a wrong scope")
    paths, keys = _texts(data.get("paths")), _texts(data.get("keys", ["**"]))
    for pattern in paths:
        compile_pattern(pattern)
    excepted = _texts(data.get("except", []))
    return Rule(paths, scope, whole is not None, [*map(compile_glob, keys)], [*map(compile_glob, excepted)])


def _from_compiled(data) -> Policy:
    if data.get("version") not in _COMPILED_VERSIONS:
        raise ConfigError(f"reading {POLICY_PATH} needs PyYAML", hint="pip install pyyaml")
    return Policy(_repo(data["repo"]), [rule for each in data["rules"] for rule in _compiled_rules(each)])


def _compiled_rules(data) -> List[Rule]:
    paths = [each["pattern"] for each in data["paths"]]
    protection = data["protection"]
    if protection["mode"] == "whole":
        return [Rule(paths, protection["scope"], True, [], [])]
    return [
        Rule(paths, each["scope"], False, _compiled_globs(each["keys"]), _compiled_globs(each["except"]))
        for each in protection["rules"]
    ]


def _compiled_globs(globs) -> List[Glob]:
    return [compile_glob(each["text"]) for each in globs]


def _repo(text) -> bytes:
    repo = from_base64(text) if isinstance(text, str) and text.isascii() else None
    if repo is None or len(repo) != 16:
        raise _broken("its repo is not 16 bytes of base64")
    return repo


def _texts(data) -> List[str]:
    if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
        raise _broken("a rule has something else than a list of texts")
    return data


def _broken(what: str) -> ConfigError:
    return ConfigError(f"{POLICY_PATH}: {what}", hint="gitward status")
