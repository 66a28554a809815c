"""The test vectors of age (CCTV), for the kinds that are opened here: X25519 and passphrases."""

import base64
import hashlib
import json
import shutil
import subprocess
import unittest
import zlib

from gitward.age import unwrap
from gitward.backends import backend
from gitward.errors import AuthError, FormatError
from gitward.identities import parse_identities

from .support import PROJECT, each_backend

PACKAGE = PROJECT / "node_modules" / "cctv-age"
DUMP = """
const vectors = require(process.argv[1])
const all = Object.entries(vectors).map(([name, data]) => [name, Buffer.from(data).toString('base64')])
process.stdout.write(JSON.stringify(Object.fromEntries(all)))
"""


def vectors():
    done = subprocess.run(["node", "-e", DUMP, str(PACKAGE)], capture_output=True, check=True)
    return {name: base64.b64decode(data) for name, data in json.loads(done.stdout).items()}


@unittest.skipUnless(shutil.which("node") and PACKAGE.is_dir(), "needs node, and the npm package cctv-age")
class AgeVectors(unittest.TestCase):
    @each_backend
    def test_every_vector(self):
        count = 0
        for name, data in vectors().items():
            head, body = data.split(b"\n\n", 1)
            fields = [line.split(": ", 1) for line in head.decode().splitlines()]
            header = dict(fields)
            identities = [value for key, value in fields if key == "identity"]
            passphrases = [value for key, value in fields if key == "passphrase"]
            if any("-PQ-" in each for each in identities) or (identities and backend().x25519 is None):
                continue
            if header.get("compressed") == "zlib":
                body = zlib.decompress(body)
            count += 1
            with self.subTest(name):
                self.check(header, body, identities, passphrases)
        self.assertGreater(count, 20)

    def check(self, header, body, identities, passphrases):
        try:
            known = parse_identities("\n".join(identities), "test") if identities else []
            opened = unwrap(body, known, passphrases[-1] if passphrases else None)
        except (AuthError, FormatError):
            opened = None
        if header["expect"] == "success":
            self.assertIsNotNone(opened)
            self.assertEqual(hashlib.sha256(opened).hexdigest(), header["payload"])
        else:
            self.assertIsNone(opened)
