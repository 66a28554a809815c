"""Opened values: what they are in a repr, and how they are kept out of logs."""

import json
import logging
import re
import threading
import urllib.parse
from typing import Iterable, Optional, Set

MASK = "***"
# shorter texts are everywhere: masking them would only show where they are not
SHORTEST_MASKED = 4

_opened: Set[str] = set()
_pattern: Optional["re.Pattern[str]"] = None
_lock = threading.Lock()


class Secret(str):
    """A protected text. It is the text itself, but its repr is `***`, also inside of lists, dicts and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK


def remember(text: str) -> None:
    """From now on `masked` hides the text, each of its lines, and the ways it is commonly quoted."""
    global _pattern
    parts = {text, *text.splitlines()}
    spelled = {spelling for part in parts for spelling in _spellings(part)}
    with _lock:
        new = {each for each in spelled if len(each) >= SHORTEST_MASKED} - _opened
        if new:
            _opened.update(new)
            _pattern = None


def _spellings(part: str) -> Iterable[str]:
    text = str(part)
    return (text, repr(text)[1:-1], json.dumps(text)[1:-1], urllib.parse.quote(text), urllib.parse.quote_plus(text))


def masked(text: str) -> str:
    """`text` with `***` for everything that was opened, the longest first."""
    global _pattern
    with _lock:
        if not _opened:
            return text
        if _pattern is None:
            _pattern = re.compile("|".join(map(re.escape, sorted(_opened, key=len, reverse=True))))
        pattern = _pattern
    return pattern.sub(MASK, text)


class SecretFilter(logging.Filter):
    """
    Masks opened secrets in messages, arguments and tracebacks. Add it to handlers: a filter of a logger does not
    see the records of loggers below.
    """

    _formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = f"{record.msg} {record.args}"
        record.msg, record.args = masked(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            # formatters that make their own text of exc_info would not be masked
            record.exc_text, record.exc_info = masked(record.exc_text), None
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        return True
