"""`%load_ext gitward`: opened secrets are masked in what a notebook shows, and so in the .ipynb that is saved."""

import sys
from typing import Any, List

from .secret import Secret, masked


class _MaskingStream:
    """Passes everything on, but for secrets in what is written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: Any) -> Any:
        return self._stream.write(masked(text) if isinstance(text, str) else text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Notebook:
    """What was replaced in a shell, so that it can be put back."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._streams = (sys.stdout, sys.stderr)
        self._show_traceback = shell._showtraceback
        self._printers = shell.display_formatter.formatters["text/plain"].type_printers

    def install(self) -> None:
        sys.stdout, sys.stderr = (_MaskingStream(stream) for stream in self._streams)
        self._shell._showtraceback = self._masked_traceback
        for kind in (str, Secret):
            self._printers[kind] = lambda text, printer, cycle: printer.text(masked(repr(text)))

    def remove(self) -> None:
        sys.stdout, sys.stderr = self._streams
        self._shell._showtraceback = self._show_traceback
        for kind in (str, Secret):
            self._printers.pop(kind, None)

    def _masked_traceback(self, kind: Any, error: Any, lines: List[str]) -> None:
        self._show_traceback(kind, error, [masked(line) for line in lines])


_installed: List[_Notebook] = []


def load_ipython_extension(shell: Any) -> None:
    if not _installed:
        _installed.append(_Notebook(shell))
        _installed[0].install()


def unload_ipython_extension(shell: Any) -> None:
    while _installed:
        _installed.pop().remove()
