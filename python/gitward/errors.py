"""Every way in which reading fails. Messages are lower case, name the file and never hold a secret."""

from typing import Optional


class GitwardError(Exception):
    """Base of all errors of this package; `code` is the word that gitward's command line uses."""

    code = "CONFIG"

    def __init__(self, message: str, *, hint: Optional[str] = None, code: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def at(self, place: str) -> "GitwardError":
        """The same error, with the place that it is about in front."""
        return type(self)(f"{place}: {self.message}", hint=self.hint, code=self.code)

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  try: {self.hint}"


class ConfigError(GitwardError):
    """The policy, a key file or an argument is not what it should be, or a library is missing."""


class LockedError(GitwardError):
    """No key for it is at hand."""

    code = "LOCKED"


class WrongKeyError(GitwardError):
    """A key is at hand, and it is not the one: of another repository, or no recipient."""

    code = "WRONG_KEY"


class ScopeError(GitwardError):
    """The policy does not let ciphertext of this scope be opened in this place."""

    code = "WRONG_SCOPE"


class AuthError(GitwardError):
    """The bytes do not authenticate: changed, cut, or moved from another place. Nothing of them is released."""

    code = "TAMPERED"


class FormatError(GitwardError):
    """Not the form that it should have: no envelope, a malformed one, or one of a later version."""

    code = "MALFORMED"


class TruncatedError(FormatError):
    """The file ends where no envelope can end."""


class SignatureError(GitwardError):
    """The signature is missing, wrong, or not of an allowed signer."""

    code = "SIGNATURE"
