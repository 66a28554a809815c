"""
Loads an encrypted model in Python, beside what people do without gitward. Each row is a process of its own.

    python3 bench/models.py [GiB of the state dict = 1] [GiB of the safetensors file = 4]

Needs torch, numpy, cryptography and PyYAML; rows of what is missing are left out. Makes about three times those
sizes of scratch files, and removes them.
"""

import base64
import datetime
import json
import os
import pathlib
import platform
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parent / "python"
SECRET = bytes(range(32))
KEY = base64.b64encode(SECRET).decode()
CHUNK = 16384
PASSWORD = b"correct horse battery staple"

PLAIN = "import torch\nstart()\ntorch.load('model.pt')"
SEALED = """import torch, gitward
start()
with gitward.open('model.sealed', key=KEY) as file: torch.load(file, weights_only=True)"""
CBC = """import hashlib, io, torch
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import unpad
start()
data = open('model.cbc', 'rb').read()
key = hashlib.sha256(PASSWORD).digest()
torch.load(io.BytesIO(unpad(AES.new(key, AES.MODE_CBC, data[:16]).decrypt(data[16:]), 16)))"""
TENSOR = """import numpy, gitward
start()
with gitward.safe_open('tensors.sealed', key=KEY) as file: assert file.get_tensor('t31').nbytes == 64 << 20"""
FRAME = """import json, resource, sys, time
sys.path.insert(0, PACKAGE)
def start():
    global wall, cpu
    wall, cpu = time.perf_counter(), time.process_time()
%s
taken = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps([*taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))"""


def main() -> None:
    state_gib, tensors_gib = ([float(each) for each in sys.argv[1:]] + [1.0, 4.0][len(sys.argv) - 1 :])[:2]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gitward bench "))
    try:
        print(
            f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        make_repository(folder)
        make_state_dict(folder, state_gib)
        make_tensors(folder, tensors_gib)
        print(f"{'':44} {'wall s':>8} {'cpu s':>8} {'peak RSS MiB':>13}")
        size = f"{state_gib:g} GiB"
        row(folder, f"torch.load, {size}, plain", PLAIN)
        for backend in ("cryptography", "Cryptodome"):
            row(folder, f"torch.load, {size}, gitward on {backend}", SEALED, backend)
        row(folder, f"torch.load, {size}, AES-CBC script", CBC)
        row(folder, f"64 MiB tensor of {tensors_gib:g} GiB, gitward", TENSOR, "cryptography")
    finally:
        shutil.rmtree(folder)


def row(folder: pathlib.Path, name: str, body: str, backend: str = "") -> None:
    """The best of three: others use this machine too."""
    values = f"PACKAGE, KEY, PASSWORD = {str(PACKAGE)!r}, {KEY!r}, {PASSWORD!r}\n"
    environment = {**os.environ, "GITWARD_CRYPTO_BACKEND": backend}
    results = []
    for _ in range(3):
        command = [sys.executable, "-c", values + FRAME % body]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            return print(f"{name:44} left out: {done.stderr.strip().splitlines()[-1]}")
        results.append(json.loads(done.stdout))
    wall, cpu, rss = min(results)
    return print(f"{name:44} {wall:8.2f} {cpu:8.2f} {rss:13.0f}")


def make_repository(folder: pathlib.Path) -> None:
    sys.path.insert(0, str(PACKAGE))
    from tests import sealing

    repo = base64.b64encode(sealing.REPO).decode()
    keys = folder / ".gitward/keys/default"
    keys.mkdir(parents=True)
    (folder / ".gitward/config.yaml").write_text(
        f"version: 1\nrepo: {repo}\nprotect:\n  - {{paths: ['*.sealed'], whole: true}}\n"
    )
    (keys / f"1-{sealing.kid_of(SECRET).hex()}.age").touch()


def make_state_dict(folder: pathlib.Path, gib: float) -> None:
    """In a process of its own, which gives its memory back."""
    script = f"""import torch
torch.save({{f'layer{{i}}': torch.randn(1024, 16384) for i in range({max(1, int(gib * 16))})}}, 'model.pt')"""
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)
    with open(folder / "model.pt", "rb") as plain:
        seal(plain.read, folder / "model.sealed")
    if shutil.which("openssl"):
        import hashlib

        iv = os.urandom(16)
        key = hashlib.sha256(PASSWORD).hexdigest()
        command = ["openssl", "enc", "-aes-256-cbc", "-K", key, "-iv", iv.hex(), "-in", "model.pt"]
        with open(folder / "model.cbc", "wb") as out:
            out.write(iv)
            out.flush()
            subprocess.run(command, cwd=folder, stdout=out, check=True)


def make_tensors(folder: pathlib.Path, gib: float) -> None:
    count, size = max(32, int(gib * 16)), 64 << 20
    entries = {
        f"t{i}": {"dtype": "F32", "shape": [size // 4], "data_offsets": [i * size, (i + 1) * size]}
        for i in range(count)
    }
    header = json.dumps(entries).encode()
    waiting = [struct.pack("<Q", len(header)) + header]
    block = os.urandom(1 << 20)
    left = count * size

    def read(length: int) -> bytes:
        nonlocal left
        while sum(map(len, waiting)) < length and left:
            waiting.append(block)
            left -= len(block)
        data = b"".join(waiting)
        waiting[:] = [data[length:]]
        return data[:length]

    seal(read, folder / "tensors.sealed")


def seal(read, path: pathlib.Path) -> None:
    """A repository file with a random salt: readers do not check how a salt was made."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from tests import sealing

    header, salt = sealing.MAGIC + b"\1\1\0\0" + sealing.kid_of(SECRET), os.urandom(24)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + b"gitward/v1/file\0" + header
    okm = sealing.expand(sealing.subkey(SECRET, "file/aead"), info, 76, "sha512")
    gcm, base = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big")
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(header + salt + okm[44:])
        piece, index = None, 0
        while piece is None or len(piece) == CHUNK:
            piece = read(CHUNK)
            out.write(gcm.encrypt((base ^ index).to_bytes(12, "big"), piece, b""))
            index += 1


if __name__ == "__main__":
    main()
