"""Where keys come from, and which of them are believed."""

import base64
import copy
import json
import os
import pickle
import shutil
import traceback

import gitward
from gitward import bech32

from . import sealing
from .support import DEFAULT, PROD, Scratch, each_backend, key_text, needs_writer, needs_yaml

NEXT = bytes(range(64, 96))
STRANGER = bytes(range(96, 128))


@needs_yaml
@needs_writer
class Keys(Scratch):
    def setUp(self):
        super().setUp()
        self.repository(["{paths: ['*.bin'], whole: true}"], keys=())
        self.identity, self.recipient = sealing.x25519_pair()
        self.epoch(1, DEFAULT)
        self.path = self.write("a.bin", sealing.seal_file(DEFAULT, b"opened"))

    def epoch(self, number, secret, previous=None, scope="default", **record):
        payload = sealing.epoch_record(secret, record.get("said_scope", scope), number, previous)
        name = f".gitward/keys/{scope}/{number}-{sealing.kid_of(secret).hex()}.age"
        return self.write(name, sealing.armor(sealing.wrap_x25519(self.recipient)(payload)))

    def state(self, name, data, common=".git"):
        return self.write(f"{common}/gitward/{name}", json.dumps(data))

    def pin(self, **scopes):
        epochs = {
            scope: {str(n): sealing.subkey(secret, "key-id").hex() for n, secret in pinned.items()}
            for scope, pinned in scopes.items()
        }
        repo = base64.b64encode(sealing.REPO).decode()
        self.state("trust.json", {"pins": {"repo": repo, "epochs": epochs}, "policy": None, "accepted": []})

    def unlocked(self, secret=DEFAULT, scope="default", common=".git"):
        texts = {"repo": base64.b64encode(sealing.REPO).decode(), "key": base64.b64encode(secret).decode()}
        self.state("keyring.json", [{"scope": scope, "epoch": 1, **texts}], common)

    def test_from_the_argument_or_the_environment(self):
        for key in (key_text(DEFAULT), key_text(DEFAULT)[8:], gitward.Key(DEFAULT)):
            self.assertEqual(gitward.load_bytes(self.path, key=key), b"opened")
        os.environ["GITWARD_KEY"] = key_text(DEFAULT)
        self.assertEqual(gitward.load_bytes(self.path), b"opened")

    def test_without_any(self):
        with self.fails(gitward.LockedError, self.path, "scope default is locked here", "gitward unlock"):
            gitward.open(self.path)

    def test_that_are_none_are_refused_without_being_shown(self):
        for text in ("x", "A" * 44, "dev=", key_text(DEFAULT) + "=", "Dev=" + key_text(DEFAULT)[8:], "ä" * 44):
            with self.fails(gitward.ConfigError, "the key argument is not an epoch key") as _:
                gitward.open(self.path, key=text)
        with self.fails(gitward.WrongKeyError, "not of this repository"):
            gitward.open(self.path, key=key_text(STRANGER))

    def test_of_an_unlocked_repository_and_its_linked_work_trees(self):
        self.unlocked()
        self.pin(default={1: DEFAULT})
        self.assertEqual(gitward.load_bytes(self.path), b"opened")
        linked = self.folder / "linked tree"
        shutil.copytree(self.folder / ".gitward", linked / ".gitward")
        self.write(".git/worktrees/linked tree/commondir", "../..\n")
        self.write("linked tree/.git", f"gitdir: {self.folder}/.git/worktrees/linked tree\n")
        path = self.write("linked tree/a.bin", sealing.seal_file(DEFAULT, b"opened"))
        self.assertEqual(gitward.load_bytes(path), b"opened")

    def test_of_an_unlocked_repository_let_its_protected_files_be_in_plain(self):
        path, other = self.write("b.bin", b"in plain"), self.write("b.txt", b"in plain")
        with self.fails(gitward.FormatError, "is not encrypted"):
            gitward.open(path, key=key_text(DEFAULT))
        self.unlocked(PROD, "prod")
        with self.fails(gitward.FormatError, "is not encrypted"):
            gitward.open(path)
        self.unlocked()
        self.assertEqual(gitward.load_bytes(path), b"in plain")
        self.assertEqual(gitward.load_bytes(self.write("c.bin", b"")), b"")
        with self.fails(gitward.FormatError, "is not encrypted"):
            gitward.open(other)

    def test_of_a_damaged_keyring(self):
        for text in ("{", '[{"scope": "default"}]', '[{"scope":"default","epoch":1,"repo":"x","key":"x"}]'):
            path = self.write(".git/gitward/keyring.json", text)
            with self.fails(gitward.ConfigError, path, "damaged"):
                gitward.open(self.path)

    def test_pins_say_which_scope_a_key_is_of(self):
        self.unlocked()
        self.pin(prod={1: DEFAULT})
        with self.fails(gitward.ScopeError, "scope prod"):
            gitward.open(self.path)

    def test_a_planted_epoch_file_lends_no_key_to_another_scope(self):
        self.epoch(1, DEFAULT, scope="prod")
        with self.fails(gitward.FormatError, "one key stands under two scopes"):
            gitward.open(self.path, key=key_text(DEFAULT))

    def test_a_supplied_key_does_not_beat_a_pin(self):
        self.pin(default={1: STRANGER})
        with self.fails(gitward.WrongKeyError, "not the one that this clone trusts"):
            gitward.open(self.path, key=key_text(DEFAULT))

    @each_backend
    def test_from_an_identity(self):
        if gitward.backends.backend().x25519 is None and not shutil.which("age"):
            self.skipTest("this backend has no X25519, and age is not installed")
        file = self.write("identity.txt", f"# created\n{self.identity}\n")
        self.assertEqual(gitward.load_bytes(self.path, identity=self.identity), b"opened")
        self.assertEqual(gitward.load_bytes(self.path, identity_file=file), b"opened")
        os.environ["GITWARD_IDENTITY_FILE"] = file
        self.assertEqual(gitward.load_bytes(self.path), b"opened")
        other, _ = sealing.x25519_pair()
        with self.fails(gitward.WrongKeyError, "no recipient"):
            gitward.open(self.path, identity=other)

    def test_identities_that_are_none_are_not_shown(self):
        mistyped = self.identity[:-1] + ("Q" if self.identity[-1] != "Q" else "P")
        for text in ("", "# nothing", "something", mistyped):
            with self.fails(gitward.ConfigError) as _:
                gitward.open(self.path, identity=text)
        try:
            gitward.open(self.path, identity=mistyped)
        except gitward.ConfigError:
            self.assertNotIn(mistyped[20:30], traceback.format_exc())

    def test_a_chain_is_followed_down_to_the_first_epoch(self):
        self.epoch(2, NEXT, previous=DEFAULT)
        path = self.write("b.bin", sealing.seal_file(NEXT, b"second"))
        self.assertEqual(gitward.load_bytes(path, identity=self.identity), b"second")
        self.pin(default={1: DEFAULT})
        self.assertEqual(gitward.load_bytes(path, identity=self.identity), b"second")
        self.pin(default={1: STRANGER})
        with self.fails(gitward.WrongKeyError, "not the key that this clone trusts"):
            gitward.open(path, identity=self.identity)

    def test_an_epoch_that_continues_nothing_is_a_strangers(self):
        self.epoch(2, NEXT, previous=STRANGER)
        path = self.write("b.bin", sealing.seal_file(NEXT, b"second"))
        with self.fails(gitward.WrongKeyError, "does not continue epoch 1"):
            gitward.open(path, identity=self.identity)

    def test_two_keys_for_one_epoch(self):
        self.epoch(1, STRANGER)
        with self.fails(gitward.WrongKeyError, "has two keys"):
            gitward.open(self.path, identity=self.identity)

    def test_an_epoch_file_must_stand_in_its_place(self):
        self.epoch(1, PROD, scope="prod", said_scope="default")
        self.repository_rules("{paths: ['*.bin'], whole: true, scope: prod}")
        path = self.write("b.bin", sealing.seal_file(PROD, b"x"))
        with self.fails(gitward.WrongKeyError, "is not of this place"):
            gitward.open(path, identity=self.identity)

    def repository_rules(self, rule):
        repo = base64.b64encode(sealing.REPO).decode()
        self.write(".gitward/config.yaml", f"version: 1\nrepo: {repo}\nprotect:\n  - {rule}\n")

    def test_a_damaged_epoch_file(self):
        file = self.epoch(1, DEFAULT)
        with open(file, "r+b") as handle:
            handle.seek(200)
            handle.write(b"\0")
        with self.fails(gitward.FormatError, file):
            gitward.open(self.path, identity=self.identity)

    def test_post_quantum_identities_go_to_age_or_fail_with_a_word(self):
        hybrid = sealing.bech32("age-secret-key-pq-", bytes(32)).upper()
        with self.fails(gitward.ConfigError, "post-quantum identity", "GITWARD_KEY"):
            gitward.open(self.path, identity=hybrid)

    def test_show_nothing_and_go_nowhere(self):
        given = gitward.Key(DEFAULT)
        identity = gitward.Identity(self.identity, "test")
        secret = base64.b64encode(DEFAULT).decode()
        for each in (given, identity):
            shown = f"{each!r} {each} {[each]}"
            self.assertIn("***", shown)
            self.assertNotIn(secret, shown)
            self.assertNotIn(self.identity, shown)
            for send in (pickle.dumps, copy.copy, copy.deepcopy):
                self.assertRaises(TypeError, send, each)
            self.assertFalse(hasattr(each, "__dict__"))


@needs_yaml
@needs_writer
class PortableFiles(Scratch):
    @each_backend
    def test_open_with_an_identity(self):
        if gitward.backends.backend().x25519 is None and not shutil.which("age"):
            self.skipTest("this backend has no X25519, and age is not installed")
        identity, recipient = sealing.x25519_pair()
        stranger, other = sealing.x25519_pair()
        for plaintext in (b"", b"x", bytes(40000)):
            path = self.write("a.gw", sealing.seal_portable(plaintext, sealing.wrap_x25519(other, recipient)))
            self.assertEqual(gitward.load_bytes(path, identity=identity), plaintext)
            self.assertEqual(gitward.load_bytes(path, identity=stranger), plaintext)
        nobody, _ = sealing.x25519_pair()
        with self.fails(gitward.WrongKeyError, path, "none of the identities"):
            gitward.open(path, identity=nobody)
        with self.fails(gitward.LockedError, "no identity is at hand"):
            gitward.open(path)

    def test_a_data_key_may_be_followed_by_its_recipients_and_by_nothing_else(self):
        identity, recipient = sealing.x25519_pair()
        wrap = sealing.wrap_x25519(recipient)
        named = b"age1" + b"q" * 58 + b"\n"
        for more, opens in ((named, True), (named * 3, True), (named[:-1], False), (b"x\n", False), (b"\n", False)):
            path = self.write("a.gw", sealing.seal_portable(b"x", lambda key, more=more: wrap(key + more)))
            if opens:
                self.assertEqual(gitward.load_bytes(path, identity=identity), b"x")
            else:
                with self.fails(gitward.FormatError, "does not hold a data key"):
                    gitward.open(path, identity=identity)

    def test_open_with_a_passphrase(self):
        path = self.write("a.gw", sealing.seal_portable(b"x", sealing.wrap_passphrase("correct horse")))
        self.assertEqual(gitward.load_bytes(path, passphrase="correct horse"), b"x")
        with self.fails(gitward.WrongKeyError, "passphrase is wrong"):
            gitward.open(path, passphrase="battery staple")
        path = self.write("a.gw", sealing.seal_portable(b"x", sealing.wrap_passphrase("x", claimed=21)))
        # the work factor is what the file says: nobody may make us work for hours
        with self.fails(gitward.FormatError, "would take too long"):
            gitward.open(path, passphrase="x")

    def test_no_flipped_byte_alters_them(self):
        identity, recipient = sealing.x25519_pair()
        envelope = sealing.seal_portable(b"portable", sealing.wrap_x25519(recipient))
        used = [i for i, byte in enumerate(envelope) if byte or i < 24 or i >= 24 + 2 * 4096]
        for at in used:
            damaged = bytearray(envelope)
            damaged[at] ^= 1
            path = self.write("a.gw", bytes(damaged))
            try:
                # one damaged keyslot leaves the other
                self.assertEqual(gitward.load_bytes(path, identity=identity), b"portable")
                self.assertTrue(24 <= at < 24 + 2 * 4096)
            except (gitward.AuthError, gitward.FormatError, gitward.WrongKeyError):
                pass

    def test_the_newest_valid_keyslot_counts(self):
        identity, recipient = sealing.x25519_pair()
        wrong = sealing.wrap_x25519(recipient)(bytes(32))
        cases = {
            "the higher generation": lambda right: sealing.slot(1, wrong) + sealing.slot(2, right),
            "of two equal ones the first": lambda right: sealing.slot(2, right) + sealing.slot(2, wrong),
            "not a torn one": lambda right: sealing.slot(1, right) + sealing.slot(2, wrong)[:-1] + b"?",
        }
        for name, slots in cases.items():
            with self.subTest(name):
                envelope = sealing.seal_portable(b"x", sealing.wrap_x25519(recipient), slots)
                self.assertEqual(gitward.load_bytes(self.write("a.gw", envelope), identity=identity), b"x")
        envelope = sealing.seal_portable(b"x", sealing.wrap_x25519(recipient), lambda right: bytes(8192))
        with self.fails(gitward.FormatError, "neither of its keyslots"):
            gitward.open(self.write("a.gw", envelope), identity=identity)

    def test_they_do_not_belong_in_protected_paths(self):
        identity, recipient = sealing.x25519_pair()
        self.repository(["{paths: ['*.bin'], whole: true}"])
        envelope = sealing.seal_portable(b"x", sealing.wrap_x25519(recipient))
        self.assertEqual(gitward.load_bytes(self.write("a.gw", envelope), identity=identity), b"x")
        with self.fails(gitward.ScopeError, "does not belong in a protected path"):
            gitward.open(self.write("a.bin", envelope), identity=identity)


class Bech32(Scratch):
    def test_decodes_what_the_writer_encodes_and_nothing_near_it(self):
        text = sealing.bech32("age-secret-key-", bytes(range(32)))
        self.assertEqual(bech32.decode(text, "age-secret-key-"), bytes(range(32)))
        self.assertEqual(bech32.decode(text.upper(), "age-secret-key-"), bytes(range(32)))
        self.assertIsNone(
            bech32.decode(text[:-1] + text[-1].upper(), "age-secret-key-") if text[-1].isalpha() else None
        )
        for i in range(len(text)):
            wrong = text[:i] + ("q" if text[i] != "q" else "p") + text[i + 1 :]
            self.assertIsNone(bech32.decode(wrong, "age-secret-key-"))
