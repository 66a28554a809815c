"""Opens a whole encrypted file, wherever it lies: which envelope, which key, may it be opened here?"""

import re
from typing import Any, Optional, Union

from .access import Access, protection_of
from .age import unwrap
from .cobblestone import Message
from .content import ChunkedContent, MemoryContent
from .credentials import Credentials, credentials
from .envelope import FILE_MAGIC, JSON_MAGIC, FileHeader, parse_json_envelope, read_file_header
from .errors import FormatError, GitwardError, LockedError, ScopeError, SignatureError, WrongKeyError
from .policy import load_policy
from .repository import repository_around, repository_at
from .signature import Signature, SignedSource, Signers, verify_signature
from .source import Source
from .synthetic import open_json

_DATA_KEY = re.compile(rb"[\x00-\xff]{32}(?:age1[a-z0-9]{20,}\n)*")

Content = Union[ChunkedContent, MemoryContent]


def open_content(
    path: Any,
    *,
    repository: Optional[str] = None,
    allow_plaintext: bool = False,
    signed: Optional[Signers] = None,
    **given: Any,
) -> Content:
    """
    See `gitward.open`. Inside a repository its policy rules. Plaintext passes where git unlocked it,
    or on request. A file outside any opens with the keys of the repository that `repository` names.
    `signed` wants a signature before anything else.
    """
    source = Source(path)
    try:
        handed = credentials(**given)
        if signed is not None:
            return _open_signed(source, verify_signature(source.path, signed), repository, handed)
        content = _open(source, repository, allow_plaintext, handed)
        if not isinstance(content, ChunkedContent):
            source.close()
        return content
    except GitwardError as error:
        source.close()
        raise error.at(source.path) from None
    except BaseException:
        source.close()
        raise


def _open_signed(source: Source, signature: Signature, repository: Optional[str], given: Credentials) -> Content:
    if not source.pread(0, len(FILE_MAGIC)).startswith(FILE_MAGIC):
        raise SignatureError("it is no file envelope, and only those are signed")
    header = read_file_header(source.pread, source.size)
    checked = SignedSource(source, header, signature)
    return ChunkedContent(checked, header, _message(source, header, repository, given))


def _open(source: Source, repository: Optional[str], allow_plaintext: bool, given: Credentials) -> Content:
    head = source.pread(0, len(JSON_MAGIC))
    if head.startswith(FILE_MAGIC):
        header = read_file_header(source.pread, source.size)
        return ChunkedContent(source, header, _message(source, header, repository, given))
    if head.startswith(JSON_MAGIC):
        envelope = parse_json_envelope(source.pread(0, source.size))
        access, allowed = _access(source, repository, given)
        return MemoryContent(open_json(access.key_for(envelope.kid, allowed), envelope))
    if allow_plaintext or _is_work_tree_file(source, given):
        return MemoryContent(source.pread(0, source.size))
    what = "it is empty" if source.size == 0 else "it is not encrypted by gitward"
    raise FormatError(what, hint="allow_plaintext=True, if it may stand in plain where this runs")


def _is_work_tree_file(source: Source, given: Credentials) -> bool:
    """True for a protected file of an unlocked work tree: there git itself has put it in plain."""
    around = repository_around(source.path)
    if around is None:
        return False
    access = Access(around, given)
    protection = access.protection_of(source.path)
    return protection is not None and not protection.scopes.isdisjoint(access.unlocked_scopes)


def _message(source: Source, header: FileHeader, repository: Optional[str], given: Credentials) -> Message:
    if header.wrapped_key is None:
        access, allowed = _access(source, repository, given)
        input_key = access.key_for(header.kid, allowed).subkey("file/aead")
    else:
        _assert_unprotected(source)
        input_key = _data_key(header.wrapped_key, given)
    return Message(input_key, header.context, header.salt, header.commitment)


def _access(source: Source, repository: Optional[str], given: Credentials):
    """Keys and the scopes that may be opened here; None for a file outside, which a person named on purpose."""
    around = repository_around(source.path)
    if around is not None:
        access = Access(around, given)
        allowed = access.protection_of(source.path)
        if allowed is None:
            raise ScopeError("the policy does not protect this path, so its ciphertext stays shut")
        return access, allowed.scopes
    if repository is None:
        raise LockedError("it lies outside any repository", hint="repository='path/to/the/repository'")
    return Access(repository_at(repository), given), None


def _assert_unprotected(source: Source) -> None:
    """Anybody can make a portable file for a known recipient; a protected path wants the repository's own keys."""
    around = repository_around(source.path)
    if around is not None and protection_of(load_policy(around), around, source.path) is not None:
        raise ScopeError("a portable file does not belong in a protected path", hint="gitward status")


def _data_key(wrapped: bytes, given: Credentials) -> bytes:
    identities = given.all_identities()
    if not identities and given.passphrase is None:
        raise LockedError("it is a portable file, and no identity is at hand", hint="set GITWARD_IDENTITY_FILE")
    payload = unwrap(wrapped, identities, given.passphrase)
    if payload is None:
        raise WrongKeyError("none of the identities is a recipient, or the passphrase is wrong", code="NOT_A_RECIPIENT")
    # behind the key stand those who have it, for whoever changes them
    if not _DATA_KEY.fullmatch(payload):
        raise FormatError("its keyslot does not hold a data key")
    return payload[:32]
