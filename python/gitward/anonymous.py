"""An anonymous file in memory, for libraries that take nothing but a path. Linux only."""

import mmap
import os
import sys
from typing import Any

from .errors import ConfigError
from .reader import EncryptedFile

_STEP_BYTES = 1 << 20


class AnonymousFile:
    """
    Plaintext in a file without a name, which no disk ever sees. `path` works in this process and its children, as
    long as the object is open; then the memory is free again. Whoever may debug this process can read it.
    """

    def __init__(self, path, **options: Any) -> None:
        if not hasattr(os, "memfd_create"):
            raise ConfigError(f"anonymous files need Linux, and this is {sys.platform}", hint="gitward.open(path)")
        with EncryptedFile(path, **options) as file:
            self._descriptor = os.memfd_create("gitward", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            try:
                _fill(self._descriptor, file)
                _seal(self._descriptor)
            except BaseException:
                self.close()
                raise
            self.size = file.size

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self.fileno()}"

    def fileno(self) -> int:
        if self._descriptor < 0:
            raise ValueError("the anonymous file is closed")
        return self._descriptor

    def __fspath__(self) -> str:
        return self.path

    def __enter__(self) -> "AnonymousFile":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        if getattr(self, "_descriptor", -1) >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __repr__(self) -> str:
        return f"<AnonymousFile {self._descriptor}>"


def _fill(descriptor: int, file: EncryptedFile) -> None:
    if file.size == 0:
        return
    os.ftruncate(descriptor, file.size)
    with mmap.mmap(descriptor, file.size) as mapped, memoryview(mapped) as view:
        for at in range(0, file.size, _STEP_BYTES):
            with view[at : at + _STEP_BYTES] as part:
                file.readinto(part)


def _seal(descriptor: int) -> None:
    """From here on nobody can change the content, not even this process."""
    import fcntl

    add_seals = getattr(fcntl, "F_ADD_SEALS", 1033)
    seal, shrink, grow, write = 1, 2, 4, 8
    fcntl.fcntl(descriptor, add_seals, seal | shrink | grow | write)
