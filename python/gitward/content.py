"""Plaintext that can be read at positions: of a file envelope chunk by chunk, or of bytes in memory."""

import threading
from collections import OrderedDict
from typing import Union

from .cobblestone import CHUNK_BYTES, SEALED_CHUNK_BYTES, Message
from .envelope import FileHeader
from .errors import AuthError
from .signature import SignedSource
from .source import Source

_RUN_CHUNKS = 64
_CACHED_CHUNKS = 64


class MemoryContent:
    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self.size = len(data)

    def read_into(self, offset: int, view: memoryview) -> None:
        view[:] = self._data[offset : offset + len(view)]

    def close(self) -> None:
        self._data = memoryview(b"")


class ChunkedContent:
    """
    A file envelope. The last chunk is opened at once, which proves the length. Whole chunks are opened straight
    into the caller's buffer, 1 MiB of ciphertext at a time; parts of chunks go through a small cache.
    """

    def __init__(self, source: Union[Source, SignedSource], header: FileHeader, message: Message) -> None:
        self._source = source
        self._message = message
        self._chunks_at = header.chunks_at
        self.size = header.length
        self._cache: "OrderedDict[int, bytes]" = OrderedDict()
        self._run = bytearray(min(_RUN_CHUNKS * SEALED_CHUNK_BYTES, source.size))
        self._lock = threading.RLock()
        self._chunk(self.size // CHUNK_BYTES)

    def read_into(self, offset: int, view: memoryview) -> None:
        """Fills `view`, which must end inside the content. Raises AuthError for the first chunk that is not genuine."""
        with self._lock:
            at = 0
            while at < len(view):
                index, skip = divmod(offset + at, CHUNK_BYTES)
                whole = 0 if skip else min((len(view) - at) // CHUNK_BYTES, _RUN_CHUNKS)
                if whole:
                    at += self._read_run(index, whole, view[at : at + whole * CHUNK_BYTES])
                else:
                    part = self._chunk(index)[skip : skip + len(view) - at]
                    view[at : at + len(part)] = part
                    at += len(part)

    def _read_run(self, index: int, count: int, view: memoryview) -> int:
        run = memoryview(self._run)[: count * SEALED_CHUNK_BYTES]
        if self._source.pread_into(self._position(index), run) != len(run):
            raise AuthError("the file became shorter while it was read")
        open_chunk = self._message.open_chunk
        for i in range(count):
            sealed = run[i * SEALED_CHUNK_BYTES : (i + 1) * SEALED_CHUNK_BYTES]
            view[i * CHUNK_BYTES : (i + 1) * CHUNK_BYTES] = open_chunk(index + i, sealed)
        return len(view)

    def _chunk(self, index: int) -> bytes:
        if index in self._cache:
            self._cache.move_to_end(index)
            return self._cache[index]
        opened = self._message.open_chunk(index, self._source.pread(self._position(index), SEALED_CHUNK_BYTES))
        self._cache[index] = opened
        if len(self._cache) > _CACHED_CHUNKS:
            self._cache.popitem(last=False)
        return opened

    def _position(self, index: int) -> int:
        return self._chunks_at + index * SEALED_CHUNK_BYTES

    def close(self) -> None:
        with self._lock:
            self._cache.clear()
            self._source.close()
