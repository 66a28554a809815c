"""What several tests need: a scratch repository, and a body that runs under each crypto backend."""

import base64
import contextlib
import os
import pathlib
import shutil
import tempfile
import unittest
from importlib.util import find_spec
from unittest import mock

import gitward
from gitward.backends import NAMES

from . import sealing

# this folder lies two levels below the repository; in a source distribution there is none around it
PROJECT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT, PROD = bytes(range(32)), bytes(range(32, 64))


def installed_backends():
    return [name for name in NAMES if find_spec(name)]


def each_backend(test):
    """Runs a test method once under every backend that is installed."""

    def run(self):
        for name in installed_backends():
            with self.subTest(backend=name):
                gitward.use_backend(name)
                try:
                    test(self)
                finally:
                    gitward.use_backend(installed_backends()[0])

    return run


needs_writer = unittest.skipUnless(sealing.HAS_WRITER, "needs cryptography, which seals what is read here")
needs_yaml = unittest.skipUnless(find_spec("yaml"), "needs PyYAML")


def key_text(secret, scope="default"):
    return f"{scope}=" + base64.b64encode(secret).decode()


class Scratch(unittest.TestCase):
    """A scratch folder, and an environment without any key."""

    def setUp(self):
        self.folder = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="gitward reader ")))
        self.addCleanup(shutil.rmtree, self.folder)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GITWARD_")}
        patch = mock.patch.dict(os.environ, kept, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    def repository(self, rules, keys=(("default", DEFAULT), ("prod", PROD))):
        """`.gitward` with a policy of these YAML rules, and epoch files that only have names."""
        lines = "".join(f"  - {rule}\n" for rule in rules)
        repo = base64.b64encode(sealing.REPO).decode()
        self.write(".gitward/config.yaml", f"version: 1\nrepo: {repo}\nprotect:\n{lines}")
        for scope, secret in keys:
            self.write(f".gitward/keys/{scope}/1-{sealing.kid_of(secret).hex()}.age", b"")

    @contextlib.contextmanager
    def fails(self, kind, *words):
        """The block must raise exactly `kind`; its message holds the words."""
        with self.assertRaises(gitward.GitwardError) as caught:
            yield
        self.assertIs(type(caught.exception), kind, str(caught.exception))
        for word in words:
            self.assertIn(word, str(caught.exception))
