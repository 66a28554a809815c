"""What this package cannot open itself goes to the `age` program. Identities reach it by a pipe, never by a file."""

import os
import shutil
import subprocess
import threading
from typing import Optional, Sequence

from .errors import ConfigError
from .identities import Identity

_NO_MATCH = b"no identity matched"


def unwrap(data: bytes, identities: Sequence[Identity]) -> Optional[bytes]:
    """The plaintext of a binary age file; None if none of the identities opens it."""
    program = shutil.which("age")
    if program is None:
        raise ConfigError(f"{_kind(identities)} needs the age program, which is not installed", hint=_hint(identities))
    done = _run(program, data, "\n".join(each.text for each in identities) + "\n")
    if done.returncode == 0:
        return done.stdout
    if _NO_MATCH in done.stderr:
        return None
    # what age said is not repeated: it is not ours to know that it holds no secret
    raise ConfigError(f"{program} cannot open it with {_kind(identities)}", hint=_hint(identities))


def _run(program: str, data: bytes, identity_file: str) -> "subprocess.CompletedProcess[bytes]":
    if not hasattr(os, "fork"):
        raise ConfigError("handing an identity to age without writing it to the disk needs a POSIX system")
    read_end, write_end = os.pipe()
    writer = threading.Thread(target=_feed, args=(write_end, identity_file.encode("ascii")), daemon=True)
    writer.start()
    try:
        command = [program, "--decrypt", "--identity", f"/dev/fd/{read_end}"]
        return subprocess.run(command, input=data, capture_output=True, pass_fds=[read_end], check=False)
    finally:
        os.close(read_end)
        writer.join()


def _feed(descriptor: int, content: bytes) -> None:
    try:
        with open(descriptor, "wb") as pipe:
            pipe.write(content)
    except BrokenPipeError:
        pass  # age stopped before it read all: its exit code says why


def _kind(identities: Sequence[Identity]) -> str:
    return "a post-quantum identity" if any(each.is_post_quantum for each in identities) else "this identity"


def _hint(identities: Sequence[Identity]) -> str:
    if any(each.is_post_quantum for each in identities):
        return "install age 1.3 or newer, or run gitward unlock, or set GITWARD_KEY"
    return "install age, or set GITWARD_KEY"
