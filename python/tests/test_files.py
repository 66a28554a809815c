"""Whole files: sizes, seeks, every flipped byte, every cut."""

import io
import os
import pathlib
import pickle
import random

import gitward

from . import sealing
from .support import DEFAULT, PROD, Scratch, each_backend, key_text, needs_writer, needs_yaml

CHUNK = sealing.CHUNK
SIZES = (1, 16383, 16384, 16385, 2**20 - 1, 2**20, 2**20 + 1)


def sample(size, seed=1):
    return random.Random(seed).randbytes(size)


@needs_yaml
@needs_writer
class Files(Scratch):
    def setUp(self):
        super().setUp()
        self.repository(["{paths: ['*.bin'], whole: true}", "{paths: ['*.prod'], whole: true, scope: prod}"])
        self.key = key_text(DEFAULT)

    def sealed(self, plaintext, name="a.bin"):
        return self.write(name, sealing.seal_file(DEFAULT, plaintext))

    @each_backend
    def test_every_size_comes_back(self):
        for size in SIZES:
            plaintext = sample(size)
            path = self.sealed(plaintext)
            self.assertEqual(gitward.load_bytes(path, key=self.key), plaintext)
            with gitward.open(path, key=self.key) as file:
                self.assertEqual(file.size, size)
                self.assertEqual(file.read(), plaintext)
                self.assertEqual(file.read(), b"")

    def test_seeks_and_reads_as_bytesio_does(self):
        plaintext = sample(5 * CHUNK + 77)
        randomly = random.Random(2)
        with gitward.open(self.sealed(plaintext), key=self.key) as file, io.BytesIO(plaintext) as wanted:
            for _ in range(400):
                offset = randomly.randrange(len(plaintext) + 2 * CHUNK)
                length = randomly.choice(
                    [0, 1, 7, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, randomly.randrange(6 * CHUNK)]
                )
                self.assertEqual(file.seek(offset), wanted.seek(offset))
                self.assertEqual(file.read(length), wanted.read(length))
                self.assertEqual(file.tell(), wanted.tell())
                buffer, other = bytearray(length), bytearray(length)
                self.assertEqual(file.readinto(buffer), wanted.readinto(other))
                self.assertEqual(buffer, other)
            self.assertEqual(file.seek(-5, os.SEEK_END), len(plaintext) - 5)
            self.assertEqual(file.read(), plaintext[-5:])
            self.assertEqual(file.seek(3, os.SEEK_SET), 3)
            self.assertEqual(file.seek(4, os.SEEK_CUR), 7)
            with self.assertRaises(ValueError):
                file.seek(-1)
        self.assertTrue(file.closed)
        for use in (file.read, file.tell, lambda: file.seek(0), lambda: file.readinto(bytearray(1))):
            self.assertRaises(ValueError, use)

    def test_is_a_raw_binary_file(self):
        with gitward.open(self.sealed(sample(9)), key=self.key) as file:
            self.assertIsInstance(file, io.RawIOBase)
            self.assertNotIsInstance(file, (io.BufferedReader, io.FileIO))
            self.assertTrue(file.readable() and file.seekable() and not file.writable())
            self.assertRaises(OSError, file.fileno)
            self.assertRaises(TypeError, pickle.dumps, file)

    @each_backend
    def test_no_flipped_byte_opens(self):
        envelope = sealing.seal_file(DEFAULT, b"a small secret")
        for at in range(len(envelope)):
            for bit in (0, 7):
                damaged = bytearray(envelope)
                damaged[at] ^= 1 << bit
                path = self.write("a.bin", bytes(damaged))
                with self.assertRaises((gitward.AuthError, gitward.FormatError, gitward.WrongKeyError)):
                    gitward.load_bytes(path, key=self.key)

    def test_no_cut_file_opens(self):
        plaintext = sample(3 * CHUNK + 100)
        envelope = sealing.seal_file(DEFAULT, plaintext)
        first = len(sealing.MAGIC) + 12 + 24 + 32
        boundaries = [first + i * (CHUNK + 16) for i in range(4)]
        cuts = {near for at in boundaries for near in range(at - 2, at + 18)} | set(range(first + 1))
        for cut in sorted(cuts):
            path = self.write("a.bin", envelope[:cut])
            with self.assertRaises((gitward.AuthError, gitward.FormatError)):
                gitward.load_bytes(path, key=self.key)
        for at in boundaries:
            with self.fails(gitward.TruncatedError, "a.bin", "cut short"):
                gitward.load_bytes(self.write("a.bin", envelope[:at]), key=self.key)
        # in between, the last chunk is a possible one, and not genuine
        with self.fails(gitward.AuthError, "chunk 2"):
            gitward.open(self.write("a.bin", envelope[: boundaries[3] - 99]), key=self.key)

    def test_chunks_that_are_swapped_doubled_or_of_another_file_do_not_open(self):
        one, other = (sealing.seal_file(DEFAULT, sample(3 * CHUNK + 9, seed)) for seed in (1, 2))
        start, step = 76, CHUNK + 16
        head, chunks = one[:start], [one[start + i * step : start + (i + 1) * step] for i in range(4)]
        foreign = other[start : start + step]
        wrong = {
            "swapped": [chunks[1], chunks[0], *chunks[2:]],
            "doubled": [chunks[0], *chunks],
            "dropped": chunks[1:],
            "spliced": [foreign, *chunks[1:]],
            "extended": [*chunks, b"\0"],
        }
        for name, pieces in wrong.items():
            with self.subTest(name), self.assertRaises(gitward.AuthError):
                gitward.load_bytes(self.write("a.bin", head + b"".join(pieces)), key=self.key)

    def test_genuine_chunks_of_a_damaged_file_can_be_read_and_no_others(self):
        plaintext = sample(3 * CHUNK)
        envelope = bytearray(sealing.seal_file(DEFAULT, plaintext))
        envelope[76 + CHUNK + 16 + 5] ^= 1
        with gitward.open(self.write("a.bin", bytes(envelope)), key=self.key) as file:
            self.assertEqual(file.read(CHUNK), plaintext[:CHUNK])
            buffer = bytearray(2 * CHUNK)
            with self.fails(gitward.AuthError, "a.bin", "chunk 1"):
                file.readinto(buffer)
            self.assertEqual(buffer, bytes(2 * CHUNK))
            file.seek(CHUNK + 10)
            self.assertRaises(gitward.AuthError, file.read, 3)
            file.seek(2 * CHUNK)
            self.assertEqual(file.read(), plaintext[2 * CHUNK :])

    def test_json_envelopes(self):
        plaintext = b'{"password":"hunter2"}\n'
        envelope = sealing.seal_json(DEFAULT, plaintext)
        path = self.write("a.bin", envelope)
        self.assertEqual(gitward.load_bytes(path, key=self.key), plaintext)
        for at in range(len(envelope)):
            damaged = bytearray(envelope)
            damaged[at] ^= 1
            with self.assertRaises((gitward.AuthError, gitward.FormatError, gitward.WrongKeyError)):
                gitward.load_bytes(self.write("a.bin", bytes(damaged)), key=self.key)
        for cut in range(len(envelope)):
            with self.assertRaises(gitward.FormatError):
                gitward.load_bytes(self.write("a.bin", envelope[:cut]), key=self.key)

    def test_a_file_in_plain_needs_consent(self):
        for data, words in ((b"plain", "is not encrypted"), (b"", "is empty")):
            path = self.write("a.bin", data)
            with self.fails(gitward.FormatError, path, words, "allow_plaintext=True"):
                gitward.open(path, key=self.key)
            self.assertEqual(gitward.load_bytes(path, key=self.key, allow_plaintext=True), data)

    def test_later_versions_are_told_apart(self):
        envelope = bytearray(sealing.seal_file(DEFAULT, b"x"))
        envelope[8] = 2
        with self.fails(gitward.FormatError, "version 2") as _:
            gitward.open(self.write("a.bin", bytes(envelope)), key=self.key)

    def test_what_is_no_regular_file(self):
        self.assertRaises(IsADirectoryError, gitward.open, self.folder, key=self.key)
        self.assertRaises(FileNotFoundError, gitward.open, self.folder / "none", key=self.key)
        os.mkfifo(self.folder / "fifo.bin")
        with self.fails(gitward.ConfigError, "no regular file"):
            gitward.open(self.folder / "fifo.bin", key=self.key)

    def test_paths_of_every_kind(self):
        path = self.sealed(b"x", "a b/ä.bin")
        for each in (path, os.fsencode(path), pathlib.Path(path)):
            self.assertEqual(gitward.load_bytes(each, key=self.key), b"x")
        self.assertRaises(TypeError, gitward.open, 3)
        self.assertRaises(TypeError, gitward.open, path, keys=self.key)

    def test_a_file_that_shrinks_while_it_is_read(self):
        path = self.sealed(sample(4 * CHUNK))
        with gitward.open(path, key=self.key) as file:
            os.truncate(path, 100)
            self.assertRaises(gitward.AuthError, file.read)

    def test_the_scope_is_enforced(self):
        path = self.write("a.prod", sealing.seal_file(DEFAULT, b"x"))
        both = f"{self.key},{key_text(PROD, 'prod')}"
        with self.fails(gitward.ScopeError, path, "scope default"):
            gitward.open(path, key=both)
        self.assertEqual(gitward.load_bytes(self.write("a.prod", sealing.seal_file(PROD, b"x")), key=both), b"x")
        with self.fails(gitward.ScopeError, "does not protect this path"):
            gitward.open(self.write("a.txt", sealing.seal_file(DEFAULT, b"x")), key=both)

    def test_files_outside_any_repository_need_one_that_is_named(self):
        top = self.folder
        self.folder = top / "elsewhere"
        inside = top / "inside"
        os.rename(top / ".gitward", top / "policy")
        inside.mkdir()
        os.rename(top / "policy", inside / ".gitward")
        path = self.write("a.gw", sealing.seal_file(DEFAULT, b"x"))
        with self.fails(gitward.LockedError, path, "outside any repository"):
            gitward.open(path, key=self.key)
        self.assertEqual(gitward.load_bytes(path, key=self.key, repository=inside), b"x")

    def test_a_policy_in_a_folder_of_a_repository_is_none(self):
        path = self.sealed(b"x")
        (self.folder / ".git").mkdir()
        self.write(
            "sub/.gitward/config.yaml", (self.folder / ".gitward/config.yaml").read_text().replace("prod", "default")
        )
        with self.fails(gitward.ScopeError):
            gitward.open(self.write("sub/a.prod", sealing.seal_file(DEFAULT, b"x")), key=self.key)
        self.assertEqual(gitward.load_bytes(path, key=self.key), b"x")

    def test_memfd(self):
        plaintext = sample(2**20 + 5)
        with gitward.memfd(self.sealed(plaintext), key=self.key) as file:
            with open(file.path, "rb") as opened:
                self.assertEqual(opened.read(), plaintext)
            self.assertEqual(file.size, len(plaintext))
            self.assertRaises(OSError, os.write, file.fileno(), b"x")
            self.assertRaises(OSError, os.ftruncate, file.fileno(), 0)
            path = file.path
        self.assertRaises(OSError, open, path, "rb")
        self.assertRaises(ValueError, lambda: file.path)
