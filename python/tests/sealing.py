"""A writer of gitward's formats, from docs/SPEC.md, for tests alone. It shares no code with the reader."""

import base64
import hashlib
import hmac
import os
import struct

try:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    HAS_WRITER = True
except ImportError:
    HAS_WRITER = False

REPO = bytes(range(0xA0, 0xB0))
MAGIC = b"\x89GWD\r\n\x1a\n"
CHUNK = 16384


def lp(data):
    return struct.pack(">Q", len(data)) + data


def mac(key, message):
    return hmac.new(key, message, "sha256").digest()


def expand(prk, info, length, digest):
    output = block = b""
    for i in range(1, 256):
        if len(output) >= length:
            return output[:length]
        block = hmac.new(prk, block + info + bytes([i]), digest).digest()
        output += block


def hkdf(ikm, salt, info, length=32):
    return expand(mac(salt, ikm), info, length, "sha256")


def subkey(secret, label, repo=REPO):
    return hkdf(secret, repo, b"gitward/v1/" + label.encode())


def kid_of(secret, repo=REPO):
    return subkey(secret, "key-id", repo)[:8]


def message(input_key, context, salt, plaintext):
    """Commitment and chunks of a Cobblestone-256 message."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    okm = expand(input_key, info, 76, "sha512")
    base = int.from_bytes(okm[32:44], "big")
    pieces = [plaintext[i : i + CHUNK] for i in range(0, len(plaintext), CHUNK)] or [b""]
    if len(pieces[-1]) == CHUNK:
        pieces.append(b"")
    gcm = AESGCM(okm[:32])
    chunks = [gcm.encrypt((base ^ i).to_bytes(12, "big"), piece, b"") for i, piece in enumerate(pieces)]
    return okm[44:] + b"".join(chunks)


def seal_file(secret, plaintext, repo=REPO):
    header = MAGIC + b"\1\1\0\0" + kid_of(secret, repo)
    context = b"gitward/v1/file\0" + header
    leaves = [hashlib.sha256(plaintext[i : i + 2**20]).digest() for i in range(0, len(plaintext), 2**20)]
    salted = lp(context) + struct.pack(">Q", len(plaintext)) + b"".join(leaves)
    salt = mac(subkey(secret, "file/salt", repo), salted)[:24]
    return header + salt + message(subkey(secret, "file/aead", repo), context, salt, plaintext)


def slot(generation, age_file, size=4096):
    body = struct.pack(">QI", generation, len(age_file)) + age_file
    body += bytes(size - 32 - len(body))
    return body + hashlib.sha256(body).digest()


def seal_portable(plaintext, wrap, slots=None):
    """`wrap(data key)` gives an age file; `slots(age file)` two slots."""
    data_key, salt = os.urandom(32), os.urandom(24)
    age_file = wrap(data_key)
    area = slots(age_file) if slots else slot(1, age_file) + slot(1, age_file)
    header = MAGIC + b"\1\1\0\1" + bytes(8)
    sealed = message(data_key, b"gitward/v1/file\0" + header, salt, plaintext)
    return header + struct.pack(">I", len(area) // 2) + area + salt + sealed


def synthetic(secret, kind, pointer, plaintext):
    kid = kid_of(secret)
    aad = lp(b"gitward/v1/" + kind.encode()) + lp(kid)
    nonce = mac(subkey(secret, kind + "/nonce"), lp(aad) + lp(pointer.encode()) + plaintext)[:24]
    halves = []
    for i in (1, 2):
        block = CMAC(AES(subkey(secret, kind + "/aead")))
        block.update(bytes([0, i, 0x58, 0]) + nonce[:12])
        halves.append(block.finalize())
    sealed = AESGCM(b"".join(halves)).encrypt(nonce[12:], plaintext, aad)
    return kid, nonce, sealed[:-16], sealed[-16:]


def seal_token(secret, pointer, source):
    padded = source.encode() + b"\x80"
    padded += bytes(-len(padded) % 32)
    fields = [
        base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in synthetic(secret, "value", pointer, padded)
    ]
    return ":".join(["gitward", "v1", *fields])


def seal_json(secret, plaintext):
    fields = [base64.b64encode(each).decode() for each in synthetic(secret, "json", "", plaintext)]
    names = zip(("kid", "nonce", "ciphertext", "tag"), fields)
    return ('{"gitward":"v1"' + "".join(f',"{name}":"{field}"' for name, field in names) + "}\n").encode()


def b64(data):
    return base64.b64encode(data).rstrip(b"=")


def age_file(stanzas, file_key, payload):
    lines = b"age-encryption.org/v1\n" + b"".join(b"-> " + a + b"\n" + b64(body) + b"\n" for a, body in stanzas)
    header_mac = mac(hkdf(file_key, b"", b"header"), lines + b"---")
    nonce = os.urandom(16)
    sealed = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload")).encrypt(bytes(11) + b"\1", payload, b"")
    return lines + b"--- " + b64(header_mac) + b"\n" + nonce + sealed


def x25519_pair():
    """An identity in age's spelling, and the raw recipient."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    raw = private.private_bytes_raw() if hasattr(private, "private_bytes_raw") else _raw_private(private)
    return bech32("age-secret-key-", raw).upper(), public


def _raw_private(private):
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    return private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def wrap_x25519(*recipients):
    def wrap(payload):
        file_key, stanzas = os.urandom(16), []
        for recipient in recipients:
            from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

            ephemeral = X25519PrivateKey.generate()
            share = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
            key = hkdf(shared, share + recipient, b"age-encryption.org/v1/X25519")
            stanzas.append((b"X25519 " + b64(share), ChaCha20Poly1305(key).encrypt(bytes(12), file_key, b"")))
        return age_file(stanzas, file_key, payload)

    return wrap


def wrap_passphrase(passphrase, log_n=10, claimed=10):
    def wrap(payload):
        file_key, salt = os.urandom(16), os.urandom(16)
        full_salt = b"age-encryption.org/v1/scrypt" + salt
        key = hashlib.scrypt(passphrase.encode(), salt=full_salt, n=1 << log_n, r=8, p=1, dklen=32)
        body = ChaCha20Poly1305(key).encrypt(bytes(12), file_key, b"")
        return age_file([(b"scrypt " + b64(salt) + b" %d" % claimed, body)], file_key, payload)

    return wrap


def armor(data):
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    name = "AGE ENCRYPTED FILE"
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""]).encode()


def bech32(prefix, data):
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = 1
    for value in expanded + values + [0] * 6:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= generator if top >> i & 1 else 0
    checksum ^= 1
    values += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(alphabet[value] for value in values)


def epoch_record(secret, scope, epoch, previous=None, repo=REPO):
    lines = ["gitward-key/v1", "repo " + base64.b64encode(repo).decode(), f"scope {scope}", f"epoch {epoch}"]
    lines += ["key " + base64.b64encode(secret).decode(), "members " + base64.b64encode(bytes(32)).decode()]
    if previous:
        fingerprint = subkey(secret, "key-id", repo)
        place = lp(repo) + lp(scope.encode()) + struct.pack(">Q", epoch) + lp(fingerprint)
        lines.append("prev " + base64.b64encode(mac(subkey(previous, "epoch-chain", repo), place)).decode())
    return "".join(line + "\n" for line in lines).encode()
