"""HKDF (RFC 5869) over the standard library's HMAC."""

import hmac


def hkdf_expand(prk: bytes, info: bytes, length: int, digest: str) -> bytes:
    output = block = b""
    counter = 1
    while len(output) < length:
        block = hmac.new(prk, block + info + bytes([counter]), digest).digest()
        output += block
        counter += 1
    return output[:length]


def hkdf_sha256(ikm: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return hkdf_expand(hmac.new(salt, ikm, "sha256").digest(), info, length, "sha256")


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, "sha256").digest()
