"""load_config: what it gives, and what it refuses."""

import base64
import hashlib
import io
import json
import logging
import traceback
from unittest import mock

import gitward

from . import sealing
from .support import DEFAULT, PROD, Scratch, each_backend, key_text, needs_writer, needs_yaml

SECRET = 'hunter-two "quoted"'


def token(pointer, source, secret=DEFAULT):
    return sealing.seal_token(secret, pointer, source)


@needs_yaml
@needs_writer
class Config(Scratch):
    def setUp(self):
        super().setUp()
        self.repository(
            [
                "{paths: ['*.yaml', '*.json', '*.env'], keys: ['**.password', '**.pin', 'tls.**', TOKEN]}",
                "{paths: ['whole.json'], whole: true}",
            ]
        )
        policy = (self.folder / ".gitward/config.yaml").read_text().replace("'*.json'", "'a.json', 'b.json'")
        self.write(".gitward/config.yaml", policy)

    def load(self, name, text):
        return gitward.load_config(self.write(name, text), key=key_text(DEFAULT))

    @each_backend
    def test_yaml(self):
        quoted, block = token("/prod/password", '"hun\\\\ter2"'), token("/tls/key", "|\n    line one\n    line two")
        text = f"""# shop
db: &db {{host: h, port: 5432}}
prod:
  <<: *db
  password: {quoted} # rotate
  pin: !!int {token("/prod/pin", "0042")}
users:
  - name: build
    password: {token("/users/-=build/password", "b")}
  - password: {token("/users/-/password", "plain")}
tls:
  key: {block}
list: [1, 2.5, no, 'no', ~, 0o17]
"""
        config = self.load("a.yaml", text)
        self.assertEqual(config["prod"], {"host": "h", "port": 5432, "password": "hun\\ter2", "pin": 42})
        self.assertEqual(config["list"], [1, 2.5, "no", "no", None, 15])
        self.assertEqual(config["tls"], {"key": "line one\nline two\n"})
        self.assertEqual([each["password"] for each in config["users"]], ["b", "plain"])

    def test_crlf_byte_order_mark_and_wide_characters(self):
        text = f"\ufeffname: Zoë 😀\r\npassword: {token('/password', 'ß😀')}\r\nlast: 1\r\n"
        self.assertEqual(self.load("a.yaml", text), {"name": "Zoë 😀", "password": "ß😀", "last": 1})

    def test_json_with_comments(self):
        sealed = token("/password", json.dumps(SECRET))
        text = f'// c\n{{"a": [1, true, null, "x"], /* c */ "password": "{sealed}", "n": 1e2,}}'
        self.assertEqual(self.load("a.json", text), {"a": [1, True, None, "x"], "password": SECRET, "n": 100.0})

    def test_dotenv(self):
        sealed = token("/TOKEN", '"a\\nb"')
        text = f"# c\nexport A='x y' # c\nTOKEN={sealed}\nB=1 # c\nC=\n"
        self.assertEqual(self.load("a.env", text), {"A": "x y", "TOKEN": "a\nb", "B": "1", "C": ""})

    def test_whole_files(self):
        data = gitward.load_config(
            self.write("whole.json", sealing.seal_json(DEFAULT, b'{"a": ["s"], "n": 1}')), key=key_text(DEFAULT)
        )
        self.assertEqual(data, {"a": ["s"], "n": 1})
        self.assertEqual(repr(data), "{'a': [***], 'n': 1}")

    def test_values_in_plain_pass_and_hide_too(self):
        config = self.load("a.yaml", "password: in-plain\nhost: h\n")
        self.assertEqual(config, {"password": "in-plain", "host": "h"})
        self.assertEqual(repr(config), "{'password': ***, 'host': 'h'}")

    def test_protected_text_is_text_and_shows_nothing(self):
        password = self.load("a.yaml", f"password: {token('/password', SECRET)}\n")["password"]
        self.assertIsInstance(password, str)
        self.assertEqual(f"{password}", SECRET)
        self.assertEqual(password + "!", SECRET + "!")
        self.assertEqual(json.dumps(password), json.dumps(SECRET))
        self.assertEqual(repr({"k": [password]}), "{'k': [***]}")

    def refused(self, kind, text, *words, name="a.yaml", key=None):
        path = self.write(name, text)
        with self.fails(kind, path, *words) as _:
            gitward.load_config(path, key=key or key_text(DEFAULT))
        try:
            gitward.load_config(path, key=key or key_text(DEFAULT))
        except gitward.GitwardError:
            self.assertNotIn("hunter", traceback.format_exc())

    def test_what_does_not_open_where_it_stands(self):
        sealed = token("/a/password", "hunter2")
        self.refused(gitward.AuthError, f"b:\n  password: {sealed}\n", "/b/password: the value was moved")
        at = len(sealed) - 5
        damaged = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        self.refused(gitward.AuthError, f"a:\n  password: {damaged}\n", "/a/password", "was changed")
        self.refused(gitward.ScopeError, f"a:\n  host: {token('/a/host', 'hunter2')}\n", "/a/host", "does not protect")
        prod = f"{key_text(DEFAULT)},{key_text(PROD, 'prod')}"
        self.refused(
            gitward.ScopeError,
            f"a:\n  password: {token('/a/password', 'hunter2', PROD)}\n",
            "of scope prod",
            key=prod,
        )
        foreign = token("/a/password", "hunter2", bytes(32))
        self.refused(gitward.WrongKeyError, f"a:\n  password: {foreign}\n", "not one of this repository's")
        path = self.write("a.yaml", f"a:\n  password: {sealed}\n")
        with self.fails(gitward.LockedError, "/a/password: scope default is locked here"):
            gitward.load_config(path)

    def test_ciphertext_that_is_not_a_value_of_its_own(self):
        sealed = token("/password", "hunter2")
        for value in (f'"{sealed}"', f"'{sealed}'", f"x {sealed}", f"|\n  {sealed}", f"&an:chor {sealed}"):
            self.refused(gitward.FormatError, f"password: {value}\n", "/password: ciphertext stands here")
        self.refused(gitward.FormatError, f"password='{sealed}'\n", "ciphertext stands here", name="a.env")

    def test_every_flipped_character_of_a_token(self):
        sealed = token("/password", "hunter2")
        for at in range(len(sealed)):
            damaged = sealed[:at] + chr(ord(sealed[at]) ^ 1) + sealed[at + 1 :]
            try:
                config = self.load("a.yaml", f"password: {damaged}\n")
            except gitward.GitwardError:
                continue
            # no token any more: text like any other, and never what was sealed
            self.assertNotIn("hunter2", str.__str__(str(config["password"] if isinstance(config, dict) else config)))

    def test_files_that_do_not_parse(self):
        self.refused(gitward.FormatError, "password: [hunter2\n", "not valid YAML")
        self.refused(gitward.FormatError, "password: hunter2\npassword: hunter3\n", "stands twice")
        self.refused(gitward.FormatError, "a: *hunter\n", "alias has no anchor")
        self.refused(gitward.FormatError, "--- 1\n--- 2\n", "2 documents")
        self.refused(gitward.FormatError, '{"pin": "hunter2" x}', ": 1:19: expected ,", name="a.json")
        self.refused(gitward.FormatError, "PIN=`hunter2\n", ": 1:5: quote without end", name="a.env")
        self.refused(gitward.FormatError, b"password: \xff\n", "not UTF-8")
        self.refused(gitward.FormatError, "[" * 300, name="a.yaml")

    def test_other_files(self):
        path = self.write("a.txt", "x")
        with self.fails(gitward.ConfigError, path, "none of YAML, JSON and dotenv"):
            gitward.load_config(path)
        self.assertRaises(FileNotFoundError, gitward.load_config, self.folder / "none.yaml")
        with self.fails(gitward.ConfigError, "no folder above it"):
            gitward.load_config("/nowhere/a.yaml")

    def test_aliases_of_aliases_do_not_grow(self):
        lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
        self.assertEqual(self.load("a.yaml", "\n".join(lines))["a1"], [["x", "x"], ["x", "x"]])

    def test_without_pyyaml_the_compiled_policy_of_this_very_file_serves(self):
        text = (self.folder / ".gitward/config.yaml").read_bytes()
        rules = {"keys": [{"text": "**.password"}], "except": [], "scope": "default"}
        compiled = {
            "version": 1,
            "repo": base64.b64encode(sealing.REPO).decode(),
            "rules": [
                {"paths": [{"pattern": "*.json", "source": ""}], "protection": {"mode": "values", "rules": [rules]}}
            ],
        }
        sealed = token("/password", json.dumps(SECRET))
        path = self.write("b.json", f'{{"password": "{sealed}"}}')
        with mock.patch("gitward.policy.has_yaml", return_value=False):
            (self.folder / ".git").mkdir()
            with self.fails(gitward.ConfigError, "needs PyYAML"):
                gitward.load_config(path, key=key_text(DEFAULT))
            stored = {"hash": hashlib.sha256(text).hexdigest(), "compiled": compiled}
            self.write(".git/gitward/policy-main.json", json.dumps(stored))
            self.assertEqual(gitward.load_config(path, key=key_text(DEFAULT)), {"password": SECRET})
            self.write(".git/gitward/policy-main.json", json.dumps({**stored, "hash": "0"}))
            with self.fails(gitward.ConfigError, "needs PyYAML"):
                gitward.load_config(path, key=key_text(DEFAULT))


class Masking(Scratch):
    def logged(self, log):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.addFilter(gitward.SecretFilter())
        logger = logging.Logger("test")
        logger.addHandler(handler)
        log(logger)
        return stream.getvalue()

    def test_logs_hold_no_opened_secret(self):
        from gitward.secret import remember

        secret = 'swordfish\n"and" more/äx'
        remember(secret)

        def fail(logger):
            try:
                raise RuntimeError(f"cannot log in with {secret!r}")
            except RuntimeError:
                logger.exception("failed with %s", secret)

        shown = self.logged(fail) + self.logged(
            lambda logger: logger.info("%s and %r and %s", secret, [secret], json.dumps(secret))
        )
        self.assertNotIn("swordfish", shown)
        self.assertNotIn("more", shown)
        self.assertIn("failed with ***", shown)
        self.assertIn("RuntimeError: cannot log in with", shown)
        self.assertEqual(self.logged(lambda logger: logger.info("nothing %d", 1)), "nothing 1\n")

    def test_short_texts_are_not_masked(self):
        from gitward.secret import remember

        remember("abc")
        self.assertEqual(gitward.masked("abc is everywhere"), "abc is everywhere")


class Patterns(Scratch):
    def test_agree_with_git(self):
        import shutil
        import subprocess

        from gitward.patterns import matches

        if not shutil.which("git"):
            self.skipTest("needs git")
        patterns = [
            "*.bin",
            "a/*.bin",
            "/a.bin",
            "a/**",
            "**/b",
            "a/**/b",
            "?.bin",
            "[a-c].bin",
            "[!a].bin",
            "a\\*b",
            "*a*b*",
            "**",
            "[[:digit:]]*",
            "ä*",
            "[]a]",
            "a/b",
        ]
        paths = [
            "a.bin",
            "b.bin",
            "a/a.bin",
            "a/b/a.bin",
            "a/b",
            "b",
            "a/x/y/b",
            "x/a/b",
            "a*b",
            "axb",
            "xaybz",
            "1x",
            "äx",
            "]",
            "d.bin",
            "a/.gitattributesx",
        ]
        subprocess.run(["git", "init", "-q", self.folder], check=True)
        for pattern in patterns:
            attributes = (f'"{pattern}" hit\n' if "\\" not in pattern else f"{pattern} hit\n").encode()
            (self.folder / ".git/info").mkdir(exist_ok=True)
            (self.folder / ".git/info/attributes").write_bytes(attributes)
            output = subprocess.run(
                ["git", "-C", self.folder, "check-attr", "-z", "--stdin", "hit"],
                input="\0".join(paths).encode() + b"\0",
                capture_output=True,
                check=True,
            ).stdout.split(b"\0")
            for path, _, value in zip(*[iter(output)] * 3):
                with self.subTest(pattern=pattern, path=path.decode()):
                    self.assertEqual(matches(pattern, path), value == b"set")

    def test_patterns_that_gitward_refuses(self):
        from gitward.patterns import compile_pattern

        for pattern in ("", "!a", "a/", "a**", "a//b", "../a", "{a,b}", "a\\", "[a", "[[:x:]]", "[a/b]"):
            with self.subTest(pattern), self.assertRaises(gitward.ConfigError):
                compile_pattern(pattern)
