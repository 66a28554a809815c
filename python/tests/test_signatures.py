"""Signed files: golden signatures, and real ones by ssh-keygen."""

import json
import pathlib
import shutil
import subprocess
import unittest

import gitward
from gitward.signature import parse_signature

from . import sealing
from .support import DEFAULT, PROJECT, Scratch, key_text, needs_writer, needs_yaml
from .test_files import sample

VECTORS = PROJECT / "test" / "vectors" / "signature.json"
LEAF = 2**20


class Golden(unittest.TestCase):
    @unittest.skipUnless(VECTORS.is_file(), "needs the vectors of a checkout")
    def test_every_outcome(self):
        for vector in json.loads(VECTORS.read_text("utf-8"))["vectors"]:
            with self.subTest(vector["name"]):
                data = vector["envelope"].encode()
                if vector["outcome"] == "success":
                    self.assertEqual(parse_signature(data).message().hex(), vector["plaintext"])
                else:
                    self.assertRaises(gitward.FormatError, parse_signature, data)


@unittest.skipUnless(shutil.which("ssh-keygen"), "needs ssh-keygen")
@needs_yaml
@needs_writer
class Signed(Scratch):
    def setUp(self):
        super().setUp()
        self.repository(["{paths: ['*.gitward'], whole: true}"])
        self.plaintext = sample(LEAF + 70_000)
        self.path = self.write("a.gitward", sealing.seal_file(DEFAULT, self.plaintext))
        self.ann, self.eve = self.new_key("ann"), self.new_key("eve")
        self.allow(self.ann)
        self.sign(self.ann)

    def new_key(self, name):
        file = str(self.folder / name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file], check=True)
        return file

    def allow(self, key, options=""):
        public = pathlib.Path(key + ".pub").read_text()
        self.allowed = self.write("allowed signers", f"ann@example.invalid {options} {public}")

    def sign(self, key, name="a.gitward", number="", context="gitward/v1/signature", namespace="gitward-file-v1"):
        """SPEC "Signatures", written a second time."""
        sealed = pathlib.Path(self.path).read_bytes()
        salt, commitment, chunks = sealed[20:44], sealed[44:76], sealed[76:]
        leaves = [sealing.hashlib.sha256(chunks[i : i + LEAF]).digest() for i in range(0, len(chunks), LEAF)]
        message = b"".join(sealing.lp(word.encode()) for word in (context, name, number))
        message += salt + commitment + len(chunks).to_bytes(8, "big") + b"".join(leaves)
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace]
        armor = subprocess.run(sign, input=message, check=True, capture_output=True).stdout.decode()
        text = lambda data: sealing.base64.b64encode(data).decode()
        lines = ["gitward-signature/v1", f"context {context}", f"name {name}"]
        lines += [f"round {number}"] if number else []
        lines += [f"salt {text(salt)}", f"commitment {text(commitment)}", f"length {len(chunks)}"]
        lines += [f"leaf {text(leaf)}" for leaf in leaves]
        self.write("a.gitward.sig", "\n".join(lines) + "\n" + armor)

    def load(self, **words):
        return gitward.load_bytes(self.path, key=key_text(DEFAULT), signed=gitward.Signers(self.allowed, **words))

    def test_opens_what_was_signed(self):
        self.assertEqual(self.load(), self.plaintext)
        self.assertEqual(self.load(by="ann@example.invalid"), self.plaintext)
        self.sign(self.ann, number="7", context="run 3")
        self.assertEqual(self.load(round=7, context="run 3"), self.plaintext)

    def test_seeks_inside_a_signed_file(self):
        signed = gitward.Signers(self.allowed)
        with gitward.open(self.path, key=key_text(DEFAULT), signed=signed) as file:
            for at in (LEAF, 5, LEAF - 3, 40_000):
                file.seek(at)
                self.assertEqual(file.read(50_000), self.plaintext[at : at + 50_000])

    def test_refuses_other_signers(self):
        self.sign(self.eve)
        with self.fails(gitward.SignatureError, "nobody in"):
            self.load()
        self.sign(self.ann, namespace="git")
        with self.fails(gitward.SignatureError, "namespace"):
            self.load()
        self.sign(self.ann)
        with self.fails(gitward.SignatureError, "no signature of bob"):
            self.load(by="bob")
        self.allow(self.ann, 'valid-before="20200101"')
        with self.fails(gitward.SignatureError, "expired"):
            self.load()

    def test_refuses_other_words(self):
        with self.fails(gitward.SignatureError, "signed for name a.gitward, not b"):
            self.load(name="b")
        with self.fails(gitward.SignatureError, "signed for round none, not 0"):
            self.load(round=0)
        with self.fails(gitward.SignatureError, "signed for context"):
            self.load(context="b")

    def test_refuses_other_files(self):
        sealed = pathlib.Path(self.path).read_bytes()
        for at, words in ((20, "sealed again"), (75, "sealed again"), (76, "leaf 0"), (len(sealed) - 1, "leaf 1")):
            changed = bytearray(sealed)
            changed[at] ^= 1
            self.write("a.gitward", bytes(changed))
            with self.fails(gitward.SignatureError, words):
                self.load()
        self.write("a.gitward", sealed + b"\0")
        with self.fails(gitward.SignatureError, "shorter or longer"):
            self.load()
        self.write("a.gitward", sealing.seal_file(DEFAULT, b"other"))
        with self.fails(gitward.SignatureError, "sealed again"):
            self.load()
        self.write("a.gitward", b"")
        with self.fails(gitward.SignatureError, "no file envelope"):
            self.load()

    def test_refuses_a_missing_and_a_broken_signature(self):
        text = pathlib.Path(self.path + ".sig").read_text()
        self.write("a.gitward.sig", text.replace("\n", "\r\n"))
        with self.fails(gitward.FormatError, "no whole signature"):
            self.load()
        self.write("a.gitward.sig", text.replace("name a.gitward", "name b.gitward"))
        with self.fails(gitward.SignatureError, "incorrect signature"):
            self.load(name="b.gitward")
        pathlib.Path(self.path + ".sig").unlink()
        with self.fails(gitward.SignatureError, "it is not signed"):
            self.load()
