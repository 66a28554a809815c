"""torch, numpy, safetensors and notebooks, where they are installed."""

import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import unittest
from importlib.util import find_spec

import gitward
from gitward.errors import ConfigError

from . import sealing
from .support import DEFAULT, Scratch, key_text, needs_writer, needs_yaml


def needs(*names):
    return unittest.skipUnless(all(map(find_spec, names)), f"needs {' and '.join(names)}")


def safetensors_file(tensors, metadata=None):
    """`tensors` is {name: (dtype, shape, bytes)}."""
    header, data = {}, b""
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@needs_yaml
@needs_writer
class Libraries(Scratch):
    def setUp(self):
        super().setUp()
        self.repository(["{paths: ['*.bin'], whole: true}"])
        self.key = key_text(DEFAULT)

    def sealed(self, plaintext):
        return self.write("a.bin", sealing.seal_file(DEFAULT, plaintext))

    @needs("torch")
    def test_torch_loads_weights(self):
        import torch

        state = {"a": torch.arange(300_000, dtype=torch.float32).reshape(3, -1), "b": torch.zeros(5, dtype=torch.int8)}
        for options in ({}, {"_use_new_zipfile_serialization": False}):
            plain = io.BytesIO()
            torch.save(state, plain, **options)
            with gitward.open(self.sealed(plain.getvalue()), key=self.key) as file:
                loaded = torch.load(file, weights_only=True)
            self.assertTrue(all(torch.equal(loaded[name], state[name]) for name in state))
            damaged = bytearray(sealing.seal_file(DEFAULT, plain.getvalue()))
            damaged[len(damaged) // 2] ^= 1
            with gitward.open(self.write("a.bin", bytes(damaged)), key=self.key) as file:
                # the old format's reader reports it as the cause of a SystemError
                with self.assertRaises((gitward.AuthError, SystemError)) as caught:
                    torch.load(file, weights_only=True)
            self.assertIn("does not authenticate", f"{caught.exception} {caught.exception.__cause__}")

    @needs("numpy")
    def test_numpy_loads_arrays(self):
        import numpy

        array = numpy.arange(100_000, dtype=numpy.float64).reshape(4, -1)
        plain = io.BytesIO()
        numpy.save(plain, array)
        with gitward.open(self.sealed(plain.getvalue()), key=self.key) as file:
            self.assertTrue((numpy.load(file) == array).all())
        archive = io.BytesIO()
        numpy.savez_compressed(archive, one=array, two=array[:1])
        with gitward.open(self.sealed(archive.getvalue()), key=self.key) as file, numpy.load(file) as loaded:
            self.assertTrue((loaded["two"] == array[:1]).all())

    @needs("safetensors", "numpy")
    def test_safetensors_loads_bytes(self):
        import numpy
        import safetensors.numpy

        tensors = {"w": numpy.arange(12, dtype=numpy.float32).reshape(3, 4)}
        path = self.sealed(safetensors.numpy.save(tensors))
        loaded = safetensors.numpy.load(gitward.load_bytes(path, key=self.key))
        self.assertTrue((loaded["w"] == tensors["w"]).all())
        with gitward.safe_open(path, key=self.key) as file:
            self.assertTrue((file.get_tensor("w") == tensors["w"]).all())

    @needs("numpy")
    def test_single_tensors(self):
        import numpy

        values = numpy.arange(50_000, dtype="<f4")
        tensors = {
            "scalar": ("I64", [], struct.pack("<q", 7)),
            "half": ("BF16", [2], b"\0\0\x80\x3f"),
            "w": ("F32", [5, 10_000], values.tobytes()),
            "none": ("F32", [0, 3], b""),
        }
        path = self.sealed(safetensors_file(tensors, {"format": "pt"}))
        with gitward.safe_open(path, key=self.key) as file:
            self.assertEqual(sorted(file.keys()), sorted(tensors))
            self.assertEqual(file.metadata(), {"format": "pt"})
            self.assertEqual(file.get_tensor("scalar"), 7)
            self.assertTrue((file.get_tensor("w") == values.reshape(5, -1)).all())
            self.assertEqual(file.get_tensor("none").shape, (0, 3))
            self.assertEqual(file.tensor_bytes("half"), b"\0\0\x80\x3f")
            self.assertEqual(file.info("w")[:2], ("F32", (5, 10_000)))
            self.assertRaises(KeyError, file.get_tensor, "other")
            with self.fails(ConfigError, "numpy has no BF16"):
                file.get_tensor("half")
        if find_spec("torch"):
            with gitward.safe_open(path, framework="pt", key=self.key) as file:
                self.assertEqual(file.get_tensor("half").tolist(), [0.0, 1.0])
                self.assertEqual(file.get_tensor("w").shape, (5, 10_000))
                self.assertEqual(tuple(file.get_tensor("none").shape), (0, 3))

    @needs("numpy")
    def test_one_tensor_opens_though_another_is_damaged(self):
        tensors = {name: ("U8", [100_000], bytes([i]) * 100_000) for i, name in enumerate("ab")}
        envelope = bytearray(sealing.seal_file(DEFAULT, safetensors_file(tensors)))
        envelope[150_000] ^= 1
        with gitward.safe_open(self.write("a.bin", bytes(envelope)), key=self.key) as file:
            self.assertFalse(file.get_tensor("a").any())
            with self.fails(gitward.AuthError, "a.bin"):
                file.get_tensor("b")

    def test_malformed_safetensors(self):
        tensor = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}
        wrong = {
            "overlap": {"a": tensor, "b": tensor},
            "gap": {"a": {**tensor, "data_offsets": [1, 5]}},
            "size": {"a": {**tensor, "shape": [5]}},
            "dtype": {"a": {**tensor, "dtype": "U9"}},
            "negative": {"a": {**tensor, "shape": [-4], "data_offsets": [0, -4]}},
            "text": {"a": "x"},
            "list": [],
        }
        for name, header in wrong.items():
            text = json.dumps(header).encode()
            with self.subTest(name), self.fails(gitward.FormatError, "a.bin"):
                gitward.safe_open(self.sealed(struct.pack("<Q", len(text)) + text + b"abcd"), key=self.key)
        for data in (b"short", struct.pack("<Q", 2**63) + b"{}", b"\2" + bytes(7) + b"{]"):
            with self.fails(gitward.FormatError, "a.bin"):
                gitward.safe_open(self.sealed(data), key=self.key)

    def assert_nothing_is_written(self, script, path, marker):
        """Runs a script under strace: it opens nothing to write on a disk, and passes the marker to no call."""
        trace = self.folder / "trace"
        command = ["strace", "-f", "-s", "64", "-o", trace, "-e", "trace=openat,open,creat,write,pwrite64,memfd_create"]
        environment = {**os.environ, "GITWARD_KEY": self.key, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*command, sys.executable, "-c", script, path], env=environment, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        calls = trace.read_text(errors="replace").splitlines()
        self.assertTrue(any(str(path) in call for call in calls), "the trace shows nothing")
        opened = [
            call for call in calls if re.search(r"open|creat\(", call) and re.search(r"O_WRONLY|O_RDWR|creat\(", call)
        ]
        self.assertEqual([call for call in opened if not re.search(r'"/(?:dev|proc)/', call)], [])
        self.assertEqual([call for call in calls if marker in call], [])
        return calls

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_no_plaintext_reaches_the_disk(self):
        marker = os.urandom(8).hex()
        script = """
import gitward, sys
gitward.load_bytes(sys.argv[1])
with gitward.memfd(sys.argv[1]) as m: open(m.path, 'rb').read()
with gitward.open(sys.argv[1]) as f: f.seek(20000); f.read(9)
"""
        calls = self.assert_nothing_is_written(script, self.sealed(marker.encode() * 4000), marker)
        self.assertTrue(any("memfd_create" in call for call in calls))

    @needs("numpy")
    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_numpy_leaves_no_plaintext_on_the_disk(self):
        import numpy

        marker = os.urandom(8).hex()
        plain = io.BytesIO()
        numpy.save(plain, numpy.frombuffer(marker.encode() * 4000, dtype=numpy.uint8))
        script = "import gitward, numpy, sys\nwith gitward.open(sys.argv[1]) as f: assert len(numpy.load(f)) == 64000"
        self.assert_nothing_is_written(script, self.sealed(plain.getvalue()), marker)

    @needs("torch")
    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_torch_leaves_no_plaintext_on_the_disk(self):
        import torch

        marker = os.urandom(8).hex()
        plain = io.BytesIO()
        torch.save({"w": torch.frombuffer(bytearray(marker.encode() * 4000), dtype=torch.uint8)}, plain)
        script = (
            "import gitward, sys, torch\nwith gitward.open(sys.argv[1]) as f: assert len(torch.load(f)['w']) == 64000"
        )
        self.assert_nothing_is_written(script, self.sealed(plain.getvalue()), marker)


@needs_yaml
@needs("IPython")
class Notebooks(Scratch):
    def test_the_extension_masks_what_a_cell_shows(self):
        script = """
from IPython.core.interactiveshell import InteractiveShell
from gitward.secret import Secret, remember
shell = InteractiveShell.instance()
remember("swordfish")
shell.user_ns["secret"] = Secret("swordfish")
shell.run_line_magic("load_ext", "gitward")
shell.run_cell("secret")
shell.run_cell("{'k': [secret, 'postgres://me:' + secret + '@db']}")
shell.run_cell("print('x', secret)")
shell.run_cell("1/0 if 'swordfish' else secret")
shell.run_line_magic("unload_ext", "gitward")
shell.run_cell("print('after', secret == 'sword' + 'fish')")
"""
        environment = {
            **os.environ,
            "HOME": str(self.folder),
            "IPYTHONDIR": str(self.folder),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
        )
        self.assertNotIn("swordfish", done.stdout + done.stderr)
        for wanted in ("***", "postgres://me:***@db", "x ***", "ZeroDivisionError", "after True"):
            self.assertIn(wanted, done.stdout)
