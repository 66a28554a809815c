"""Detached signatures of file envelopes (docs/SPEC.md, Signatures): who sealed it, under which name, for what."""

import os
import re
import struct
import subprocess
import tempfile
from hashlib import sha256
from typing import List, NamedTuple, Optional, Tuple, Union

from .encoding import from_base64, length_prefixed
from .envelope import FileHeader
from .errors import ConfigError, FormatError, SignatureError
from .source import Source

LEAF_BYTES = 1 << 20
_NAMESPACE = "gitward-file-v1"
_MAX_SIGNATURE_BYTES = 1 << 26
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FIELDS = "context (.+)\nname (.+)\n(?:round (0|[1-9][0-9]{0,18})\n)?salt (.{32})\ncommitment (.{44})\n"
_FORM = re.compile(
    "gitward-signature/v1\n" + _FIELDS + "length ([1-9][0-9]{0,15})\n((?:leaf .{44}\n)+)"
    "-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,70}\n)+)-----END SSH SIGNATURE-----\n"
)


class Signers(NamedTuple):
    """Whose signature a file must have: lines of an allowed signers file of OpenSSH, and what must be signed."""

    file: Union[str, "os.PathLike[str]"]
    """Who of them; None for anybody."""
    by: Optional[str] = None
    """The signature file; beside the file if None."""
    signature: Optional[str] = None
    """What the envelope was called; its base name if None."""
    name: Optional[str] = None
    round: Optional[int] = None
    context: str = "gitward/v1/signature"


class Signature(NamedTuple):
    context: str
    name: str
    round: str
    salt: bytes
    commitment: bytes
    length: int
    leaves: List[bytes]
    armor: str

    def message(self) -> bytes:
        words = b"".join(length_prefixed(word.encode()) for word in (self.context, self.name, self.round))
        return words + self.salt + self.commitment + struct.pack(">Q", self.length) + b"".join(self.leaves)


def parse_signature(data: bytes) -> Signature:
    """Raises FormatError for all but the one spelling of a signature."""
    try:
        match = _FORM.fullmatch(data.decode("utf-8"))
    except UnicodeDecodeError:
        match = None
    if not match:
        raise FormatError("it is no whole signature, or not spelled as gitward spells it")
    context, name, number, salt, commitment, length, leaf_lines, blob = match.groups()
    leaves = [from_base64(line[len("leaf ") :]) for line in leaf_lines.splitlines()]
    fields = [from_base64(salt), from_base64(commitment)]
    lengths = [len(each or b"") for each in fields + leaves]
    if lengths != [24, 32] + [32] * -(-int(length) // LEAF_BYTES):
        raise FormatError("a line of it is broken, or a leaf missing")
    if any(not 1 <= len(word.encode()) <= 1024 or _CONTROLS.search(word) for word in (context, name)):
        raise FormatError("its context or name is not 1 to 1024 bytes of plain text")
    digits = blob.replace("\n", "")
    if not from_base64(digits) or blob != "".join(digits[i : i + 70] + "\n" for i in range(0, len(digits), 70)):
        raise FormatError("its SSH signature is broken")
    armor = f"-----BEGIN SSH SIGNATURE-----\n{blob}-----END SSH SIGNATURE-----\n"
    return Signature(context, name, number or "", fields[0], fields[1], int(length), leaves, armor)


def verify_signature(path: str, signers: Signers) -> Signature:
    """Raises SignatureError unless somebody allowed signed these words; leaves are compared by `SignedSource`."""
    name = signers.signature or path + ".sig"
    try:
        source = Source(name)
    except FileNotFoundError:
        raise SignatureError(f"it is not signed: {name} is missing", hint="ask the sender for it") from None
    try:
        if source.size > _MAX_SIGNATURE_BYTES:
            raise FormatError(f"{name} is too long for a signature")
        signature = parse_signature(source.pread(0, source.size))
    finally:
        source.close()
    _verify_sshsig(signers, signature)
    expected = (
        ("context", signers.context),
        ("name", signers.name or os.path.basename(path)),
        ("round", "" if signers.round is None else str(signers.round)),
    )
    for word, wanted in expected:
        said = getattr(signature, word)
        if said != wanted:
            raise SignatureError(f"it was signed for {word} {said or 'none'}, not {wanted or 'none'}: a replay?")
    return signature


def _verify_sshsig(signers: Signers, signature: Signature) -> None:
    allowed = os.fspath(signers.file)
    with open(allowed, "rb"):
        pass  # the system's own error if it cannot be read
    with tempfile.TemporaryDirectory(prefix="gitward-") as folder:
        armor = os.path.join(folder, "sshsig")
        with open(armor, "w", encoding="ascii") as file:
            file.write(signature.armor)
        which = ["-f", allowed, "-s", armor]
        by = signers.by
        if by is None:
            found, said, why = _ssh_keygen(["find-principals", *which], b"")
            if not found or not said.strip():
                raise SignatureError(f"nobody in {allowed} signed it: {why or 'no key fits'}")
            by = said.splitlines()[0]
        verified, _, why = _ssh_keygen(["verify", *which, "-n", _NAMESPACE, "-I", by], signature.message())
    if not verified:
        raise SignatureError(f"it has no signature of {by}: {why or f'{allowed} gives them another key, or none'}")


def _ssh_keygen(args: List[str], message: bytes) -> Tuple[bool, str, str]:
    command = ["ssh-keygen", "-Y", *args]
    try:
        done = subprocess.run(command, input=message, capture_output=True, env={**os.environ, "LC_ALL": "C"})
    except FileNotFoundError:
        need = "signatures need ssh-keygen of OpenSSH 8.2 or later"
        raise ConfigError(need, hint="apt install openssh-client") from None
    why = "; ".join(done.stderr.decode("utf-8", "replace").splitlines())
    return done.returncode == 0, done.stdout.decode("utf-8", "replace"), _CONTROLS.sub("?", why)


class SignedSource:
    """The sealed chunks of a file, each leaf of them only if it is the one that was signed."""

    def __init__(self, source: Source, header: FileHeader, signature: Signature) -> None:
        if (header.salt, header.commitment) != (signature.salt, signature.commitment):
            raise SignatureError("it was sealed again after it was signed, or is another file")
        if source.size - header.chunks_at != signature.length:
            raise SignatureError("it is shorter or longer than what was signed")
        self.path, self.size = source.path, source.size
        self._source, self._start, self._signature = source, header.chunks_at, signature
        self._last: Tuple[int, bytes] = (-1, b"")

    def pread(self, offset: int, length: int) -> bytes:
        buffer = bytearray(max(0, min(length, self.size - offset)))
        return bytes(memoryview(buffer)[: self.pread_into(offset, memoryview(buffer))])

    def pread_into(self, offset: int, view: memoryview) -> int:
        filled = 0
        while filled < len(view) and offset + filled < self.size:
            index, skip = divmod(offset + filled - self._start, LEAF_BYTES)
            part = self._leaf(index)[skip : skip + len(view) - filled]
            view[filled : filled + len(part)] = part
            filled += len(part)
        return filled

    def _leaf(self, index: int) -> bytes:
        at, leaf = self._last
        if at == index:
            return leaf
        rest = self._signature.length - index * LEAF_BYTES
        leaf = self._source.pread(self._start + index * LEAF_BYTES, min(LEAF_BYTES, rest))
        if sha256(leaf).digest() != self._signature.leaves[index]:
            raise SignatureError(f"these are not the bytes that were signed (leaf {index})")
        self._last = (index, leaf)
        return leaf

    def close(self) -> None:
        self._last = (-1, b"")
        self._source.close()
