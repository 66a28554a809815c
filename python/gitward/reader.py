"""The file object."""

import io
import os

from .errors import GitwardError
from .files import open_content


class EncryptedFile(io.RawIOBase):
    """
    A binary file that is opened as it is read: seekable, read-only, never on the disk. It is a RawIOBase, for numpy
    takes a BufferedReader for a file of the system and reads its ciphertext.
    """

    mode = "rb"

    def __init__(self, path, **options) -> None:
        super().__init__()
        self._content = None
        self._position = 0
        self.name = os.fsdecode(path)
        self._content = open_content(path, **options)

    @property
    def size(self) -> int:
        """Of the plaintext, in bytes."""
        return self._content.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._assert_open()
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._assert_open()
        if whence not in (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END):
            raise ValueError(f"whence is 0, 1 or 2, not {whence}")
        position = offset + (0, self._position, self.size)[whence]
        if position < 0:
            raise ValueError(f"negative position {position}")
        self._position = position
        return position

    def readinto(self, buffer) -> int:
        self._assert_open()
        with memoryview(buffer) as given, given.cast("B") as view:
            count = max(0, min(len(view), self.size - self._position))
            if count:
                self._read(view[:count])
        return count

    def _read(self, view: memoryview) -> None:
        try:
            self._content.read_into(self._position, view)
        except GitwardError as error:
            raise error.at(self.name) from None
        self._position += len(view)

    def read(self, size: int = -1) -> bytes:
        self._assert_open()
        left = max(0, self.size - self._position)
        count = left if size is None or size < 0 else min(size, left)
        if count == 0:
            return b""
        # bytes that are filled in place: any other way needs the memory twice
        whole = io.BytesIO()
        whole.seek(count - 1)
        whole.write(b"\0")
        with whole.getbuffer() as view:
            self._read(view)
        return whole.getvalue()

    def readall(self) -> bytes:
        return self.read()

    def close(self) -> None:
        if not self.closed and self._content is not None:
            self._content.close()
        super().close()

    def _assert_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    def __repr__(self) -> str:
        return f"<EncryptedFile {self.name!r}>"

    def __reduce_ex__(self, protocol):
        raise TypeError("an EncryptedFile holds keys and cannot be pickled: open it in the other process")
