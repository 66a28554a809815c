"""
Measures what docs/questions.md answers: python3 bench/questions.py

Needs cryptography and pycryptodome; torch for the second question, node for the third, Linux for the fourth.
"""

import datetime
import hashlib
import io
import marshal
import os
import platform
import random
import shutil
import subprocess
import sys
import time

from cryptography.hazmat.backends.openssl import backend as openssl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

SECONDS = 1.0
HEAD = b"PK\x03\x04"


def per_second(work) -> float:
    """Calls in a second of this process's time, which others on the machine do not take away."""
    count, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        for _ in range(100):
            work()
        count += 100
    return count / (time.process_time() - start)


def guesses() -> None:
    print("1. Is SHA-256 of a password a key?")
    block, guess = os.urandom(16), [0]

    def try_sha256() -> None:
        guess[0] += 1
        key = hashlib.sha256(b"password%d" % guess[0]).digest()
        Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(block)

    plain = per_second(try_sha256)
    start = time.process_time()
    hashlib.scrypt(b"password", salt=bytes(16), n=1 << 18, r=8, p=1, maxmem=1 << 29)
    slow = 1 / (time.process_time() - start)
    hashed = per_second(lambda: hashlib.sha256(b"password").digest())
    print(f"   SHA-256 and one block of AES, a Python loop on one core: {plain:,.0f} guesses a second")
    print(f"   SHA-256 alone, the same loop: {hashed:,.0f}")
    print(f"   scrypt N=2^18, as age has it: {slow:.1f} guesses a second, {plain / slow:,.0f} times fewer")


def silent_damage() -> None:
    print("2. What does CBC without a tag do to a damaged file?")
    import torch
    from Cryptodome.Cipher import AES
    from Cryptodome.Util.Padding import pad, unpad

    state = {f"layer{i}": torch.randn(64, 64) for i in range(20)}
    plain = io.BytesIO()
    torch.save(state, plain)
    key, iv = os.urandom(32), os.urandom(16)
    sealed = AES.new(key, AES.MODE_CBC, iv).encrypt(pad(plain.getvalue(), 16))
    outcomes = {"loaded, and the weights are wrong": 0, "loaded, and the weights are right": 0, "failed": 0}
    randomly = random.Random(1)
    for _ in range(300):
        damaged = bytearray(sealed)
        damaged[randomly.randrange(len(damaged))] ^= 1 << randomly.randrange(8)
        try:
            opened = unpad(AES.new(key, AES.MODE_CBC, iv).decrypt(bytes(damaged)), 16)
            loaded = torch.load(io.BytesIO(opened))
            same = all(torch.equal(loaded[name], state[name]) for name in state)
            outcomes[f"loaded, and the weights are {'right' if same else 'wrong'}"] += 1
        except Exception:  # whatever torch makes of noise: all that counts is that somebody noticed
            outcomes["failed"] += 1
    print(f"   300 single bits flipped in a state dict of {len(sealed):,} bytes: {outcomes}")


NODE = """
const crypto = require('crypto'), key = crypto.randomBytes(32), nonce = Buffer.alloc(12)
for (const size of [64, 256, 1024, 16384]) {
  const data = Buffer.alloc(size), rates = []
  for (const name of ['aes-256-gcm', 'chacha20-poly1305']) {
    let count = 0, start = process.cpuUsage(), used = 0
    while (used < 1e6) {
      for (let i = 0; i < 500; i++) {
        const c = crypto.createCipheriv(name, key, nonce, { authTagLength: 16 })
        c.update(data); c.final(); c.getAuthTag()
      }
      count += 500; used = process.cpuUsage(start).user
    }
    rates.push(count / used * 1e6)
  }
  console.log(size, ...rates)
}"""


def small_messages() -> None:
    print("3. Is ChaCha20-Poly1305 faster for small messages? Messages a second, sealed, on one core")
    print(f"   {'':22} {'bytes':>6} {'AES-256-GCM':>12} {'ChaCha20':>12}")
    key, nonce = os.urandom(32), bytes(12)
    for size in (64, 256, 1024, 16384):
        data = bytes(size)
        rates = [per_second(lambda c=c: c.encrypt(nonce, data, b"")) for c in (AESGCM(key), ChaCha20Poly1305(key))]
        print(f"   {'Python, cryptography':22} {size:6} {rates[0]:12,.0f} {rates[1]:12,.0f}")
    try:
        from Cryptodome.Cipher import AES, ChaCha20_Poly1305
    except ImportError:
        AES = None
    for size in (64, 1024) if AES else ():
        data = bytes(size)
        gcm = per_second(lambda: AES.new(key, AES.MODE_GCM, nonce=nonce).encrypt_and_digest(data))
        chacha = per_second(lambda: ChaCha20_Poly1305.new(key=key, nonce=nonce).encrypt_and_digest(data))
        print(f"   {'Python, pycryptodome':22} {size:6} {gcm:12,.0f} {chacha:12,.0f}")
    if shutil.which("node"):
        for line in subprocess.run(
            ["node", "-e", NODE], capture_output=True, text=True, check=True
        ).stdout.splitlines():
            size, gcm, chacha = line.split()
            print(f"   {'Node':22} {size:>6} {float(gcm):12,.0f} {float(chacha):12,.0f}")


APP = """
import base64, marshal, sys
exec(marshal.loads(base64.b64decode(sys.argv[1])))
"""
# what an obfuscator leaves of `key = b'...'`: no name, no text, the key only in pieces
PROTECTED = """
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
_0 = bytes(a ^ b for a, b in zip(%r, %r))
_1 = AESGCM(_0)
print('ready', flush=True)
sys.stdin.read()
"""


def memory_reader() -> None:
    print("4. What does hiding a key in obfuscated code do against somebody who can read the memory?")
    key, mask = os.urandom(32), os.urandom(32)
    halves = (bytes(a ^ b for a, b in zip(key, mask)), mask)
    code = marshal.dumps(compile(PROTECTED % halves, "", "exec"))
    import base64

    text = base64.b64encode(code).decode()
    app = subprocess.Popen([sys.executable, "-c", APP, text], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    app.stdout.readline()
    sealed = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(HEAD + bytes(12))
    print(f"   the key stands in the code as bytes or base64: {key in code or base64.b64encode(key) in code}")
    start = time.perf_counter()
    tried, found = search(app.pid, sealed)
    app.communicate(b"")
    print(
        f"   found in the running process: {found == key}, after {tried:,} tries in {time.perf_counter() - start:.1f} s; "
        "all that was known of the file: that it begins as a zip does"
    )


def search(pid: int, sealed: bytes):
    """Takes each 32 bytes at each multiple of 8 of the writable memory for the key, and looks at one block."""
    tried, seen = 0, set()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, permissions = line.split()[:2]
            if not permissions.startswith("rw") or "[v" in line:
                continue
            start, end = (int(each, 16) for each in place.split("-"))
            memory.seek(start)
            data = memory.read(end - start)
            for at in range(0, len(data) - 32, 8):
                candidate = data[at : at + 32]
                # a key is random: 32 bytes with many equal ones are none
                if candidate in seen or len(set(candidate)) < 24:
                    continue
                seen.add(candidate)
                tried += 1
                if (
                    Cipher(algorithms.AES(candidate), modes.ECB())
                    .decryptor()
                    .update(sealed)
                    .startswith(HEAD + bytes(4))
                ):
                    return tried, candidate
    return tried, None


def fips() -> None:
    print("5. Is it FIPS 140?")
    enabled = getattr(openssl, "_fips_enabled", "unknown")
    print(f"   cryptography here: {openssl.openssl_version_text()}, its FIPS provider in use: {enabled}")
    import ssl

    print(f"   Python's own ssl and hashlib: {ssl.OPENSSL_VERSION}; the two need not be one library")


def main() -> None:
    import cryptography

    print(
        f"{datetime.date.today()}, {platform.machine()}, Python {platform.python_version()}, cryptography {cryptography.__version__}"
    )
    for question in (guesses, silent_damage, small_messages, memory_reader, fips):
        try:
            question()
        except ImportError as error:
            print(f"   left out: {error}")


if __name__ == "__main__":
    main()
