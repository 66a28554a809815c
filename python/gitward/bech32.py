"""Bech32 (BIP 173) without its length limit, as age spells keys: decoding only."""

from typing import Optional

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def decode(text: str, prefix: str) -> Optional[bytes]:
    """The bytes behind `prefix`, lower case; None for any other prefix, checksum or spelling."""
    if text != text.lower() and text != text.upper():
        return None
    found, _, encoded = text.lower().rpartition("1")
    if found != prefix or any(character not in _ALPHABET for character in encoded):
        return None
    values = [_ALPHABET.index(character) for character in encoded]
    if len(values) < _CHECKSUM_LENGTH or _polymod(_expanded(prefix) + values) != 1:
        return None
    return _to_bytes(values[:-_CHECKSUM_LENGTH])


def _expanded(prefix: str):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> i & 1 else 0
    return checksum


def _to_bytes(values) -> Optional[bytes]:
    """Groups of 5 bits as bytes; what is left over must be fewer than 5 bits, all zero."""
    number, bits = 0, 5 * len(values)
    for value in values:
        number = number << 5 | value
    rest = bits % 8
    if rest >= 5 or number & ((1 << rest) - 1):
        return None
    return (number >> rest).to_bytes(bits // 8, "big")
