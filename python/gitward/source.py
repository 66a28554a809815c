"""A regular file, read at positions."""

import errno
import os
import stat
import threading
from typing import Any

from .errors import ConfigError


class Source:
    """Reads never move a shared position: threads and forked processes may read at once."""

    def __init__(self, path: Any) -> None:
        self.path = os.fsdecode(path)
        # a FIFO would block here until somebody writes to it
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        self._descriptor = os.open(self.path, flags)
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.path)
            raise ConfigError(f"{self.path} is no regular file")
        self.size = status.st_size
        self._lock = threading.Lock()

    def pread(self, offset: int, length: int) -> bytes:
        """Fewer bytes only at the end of the file."""
        buffer = bytearray(max(0, min(length, self.size - offset)))
        return bytes(memoryview(buffer)[: self.pread_into(offset, memoryview(buffer))])

    def pread_into(self, offset: int, view: memoryview) -> int:
        """Fills `view`; returns how many bytes there were before the end of the file."""
        filled = 0
        while filled < len(view):
            count = self._read_once(offset + filled, view[filled:])
            if count == 0:
                break
            filled += count
        return filled

    def _read_once(self, offset: int, view: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._descriptor, [view], offset)
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            data = os.read(self._descriptor, len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
