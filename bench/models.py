"""
The Python side of bench/models.mjs, which starts each verb as a process of its own.

    python3 bench/models.py gcm-seal|gcm-open|cbc-seal FROM TO
    python3 bench/models.py state-dict TO MIB
    python3 bench/models.py load plain|gitward|cbc FILE
    python3 bench/models.py tensor FILE NAME

`load` and `tensor` print JSON: wall and CPU seconds without the imports, and the peak of memory in MB.
"""

import hashlib
import io
import json
import os
import pathlib
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
GCM_KEY = bytes(32)
CBC_KEY = hashlib.sha256(b"correct horse battery staple").digest()


def aes(key, mode, **more):
    try:
        from Cryptodome.Cipher import AES
    except ImportError:
        from Crypto.Cipher import AES
    return AES.new(key, getattr(AES, mode), **more)


def gcm_seal(source, target):
    """What many people have: the whole file in memory, one AES-GCM message."""
    data, tag = aes(GCM_KEY, "MODE_GCM", nonce=bytes(12)).encrypt_and_digest(pathlib.Path(source).read_bytes())
    pathlib.Path(target).write_bytes(tag + data)


def gcm_open(source, target):
    data = pathlib.Path(source).read_bytes()
    plain = aes(GCM_KEY, "MODE_GCM", nonce=bytes(12)).decrypt_and_verify(data[16:], data[:16])
    pathlib.Path(target).write_bytes(plain)


def cbc_seal(source, target):
    """The whole of it is a multiple of 16 bytes only by its padding."""
    iv = os.urandom(16)
    cipher = aes(CBC_KEY, "MODE_CBC", iv=iv)
    with open(source, "rb") as plain, open(target, "wb") as out:
        out.write(iv)
        for piece in iter(lambda: plain.read(1 << 20), b""):
            rest = 16 - len(piece) % 16 if len(piece) < 1 << 20 else 0
            out.write(cipher.encrypt(piece + bytes([rest]) * rest))
        if plain.tell() % (1 << 20) == 0:
            out.write(cipher.encrypt(bytes([16]) * 16))


def state_dict(target, mebibytes):
    import torch

    layers = max(1, int(mebibytes) // 64)
    torch.save({f"layer{i}": torch.randn(1024, 16384) for i in range(layers)}, target)


def load(how, file):
    import torch

    def plain():
        return torch.load(file)

    def sealed():
        with gitward.open(file, identity_file="id.txt") as model:
            return torch.load(model, weights_only=True)

    def cbc():
        data = pathlib.Path(file).read_bytes()
        opened = aes(CBC_KEY, "MODE_CBC", iv=data[:16]).decrypt(data[16:])
        return torch.load(io.BytesIO(opened[: -opened[-1]]))

    if how == "gitward":
        import gitward
    if how == "cbc":
        aes(CBC_KEY, "MODE_CBC", iv=bytes(16))
    tell({"plain": plain, "gitward": sealed, "cbc": cbc}[how])


def tensor(file, name):
    import gitward
    import numpy  # noqa: F401 -- its import is not measured

    def one():
        with gitward.safe_open(file, identity_file="id.txt") as model:
            return model.get_tensor(name)

    tell(one)


def tell(work):
    wall, cpu = time.perf_counter(), time.process_time()
    kept = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"wall": wall, "cpu": cpu, "megabytes": megabytes, "parts": len(kept)}))


VERBS = {
    "gcm-seal": gcm_seal,
    "gcm-open": gcm_open,
    "cbc-seal": cbc_seal,
    "state-dict": state_dict,
    "load": load,
    "tensor": tensor,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
