"""Published and golden vectors: the outcomes of docs/SPEC.md "Test vectors", and those of age."""

import base64
import hashlib
import json
import unittest

from gitward.age import unwrap
from gitward.backends import backend
from gitward.cobblestone import Message
from gitward.content import ChunkedContent
from gitward.envelope import parse_json_envelope, parse_token, read_file_header
from gitward.errors import AuthError, FormatError
from gitward.identities import parse_identities
from gitward.keys import EpochKey
from gitward.synthetic import open_json, open_token

from .support import PROJECT, each_backend

VECTORS = PROJECT / "test" / "vectors"


class Outcome(Exception):
    pass


class BytesSource:
    """Stands for a file."""

    def __init__(self, data):
        self.data = data
        self.size = len(data)

    def pread(self, offset, length):
        return self.data[offset : offset + length]

    def pread_into(self, offset, view):
        part = self.pread(offset, len(view))
        view[: len(part)] = part
        return len(part)

    def close(self):
        pass


def named_key(vector, kid):
    key = EpochKey(bytes.fromhex(vector["key"]), bytes.fromhex(vector["repo"]))
    scopes = vector.get("kids")
    if kid != key.kid or (scopes is not None and kid.hex() not in scopes):
        raise Outcome("unknown-key")
    if scopes is not None and scopes[kid.hex()] != vector["scope"]:
        raise Outcome("wrong-scope")
    return key


def open_vector_token(vector):
    token = parse_token(vector["envelope"])
    if token is None:
        raise Outcome("malformed")
    return open_token(named_key(vector, token.kid), token, vector["pointer"]).encode()


def open_vector_json(vector):
    envelope = parse_json_envelope(vector["envelope"].encode())
    return open_json(named_key(vector, envelope.kid), envelope)


def open_vector_file(vector):
    source = BytesSource(base64.b64decode(vector["envelope"]))
    header = read_file_header(source.pread, source.size)
    if header.wrapped_key is not None:
        raise Outcome("malformed")
    key = named_key(vector, header.kid).subkey("file/aead")
    content = ChunkedContent(source, header, Message(key, header.context, header.salt, header.commitment))
    opened = bytearray(content.size)
    content.read_into(0, memoryview(opened))
    return bytes(opened)


def open_vector_portable(vector):
    source = BytesSource(base64.b64decode(vector["envelope"]))
    header = read_file_header(source.pread, source.size)
    key = bytes.fromhex(vector["key"])
    if "identity" in vector and backend().x25519 is not None:
        identities = parse_identities(f"AGE-SECRET-KEY-{vector['identity']}", "the vector")
        if unwrap(header.wrapped_key, identities)[:32] != key:
            raise Outcome("another data key")
    content = ChunkedContent(source, header, Message(key, header.context, header.salt, header.commitment))
    opened = bytearray(content.size)
    content.read_into(0, memoryview(opened))
    return bytes(opened)


def outcome_of(open_vector, vector):
    try:
        opened = open_vector(vector)
    except Outcome as outcome:
        return str(outcome)
    except FormatError as error:
        return "unsupported-version" if error.code == "UNSUPPORTED_VERSION" else "malformed"
    except AuthError as error:
        return "moved" if error.code == "MOVED" else "tag-mismatch"
    if "plaintext" in vector:
        return "success" if opened.hex() == vector["plaintext"] else "other plaintext"
    return "success" if hashlib.sha256(opened).hexdigest() == vector.get("plaintextSha256") else "other plaintext"


@unittest.skipUnless(VECTORS.is_dir(), "needs test/vectors of the repository")
class GoldenVectors(unittest.TestCase):
    def check(self, name, open_vector):
        vectors = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["vectors"]
        self.assertTrue(vectors)
        for vector in vectors:
            with self.subTest(vector["name"]):
                self.assertEqual(outcome_of(open_vector, vector), vector["outcome"])

    @each_backend
    def test_tokens(self):
        self.check("token", open_vector_token)

    @each_backend
    def test_json_envelopes(self):
        self.check("json-envelope", open_vector_json)

    @each_backend
    def test_file_envelopes(self):
        self.check("file-envelope", open_vector_file)

    @each_backend
    def test_portable_files(self):
        self.check("portable-file", open_vector_portable)


if __name__ == "__main__":
    unittest.main()
