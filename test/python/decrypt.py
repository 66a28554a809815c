"""Opens the golden vectors with another language and library, from docs/SPEC.md alone.

python3 test/python/decrypt.py test/vectors     (needs python3-cryptography)
"""
import base64, hashlib, hmac, json, pathlib, re, struct, sys
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import cmac, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

class Outcome(Exception): pass

def need(condition, outcome):
    if not condition: raise Outcome(outcome)

def lp(x): return struct.pack('>Q', len(x)) + x
def mac(key, message): return hmac.new(key, message, 'sha256').digest()
def subkey(v, label):
    return HKDF(hashes.SHA256(), 32, v['repo'], b'gitward/v1/' + label).derive(v['key'])

def xaes_open(key, nonce, sealed, aad):
    def block(i):
        c = cmac.CMAC(AES(key)); c.update(bytes([0, i, 0x58, 0]) + nonce[:12]); return c.finalize()
    return AESGCM(block(1) + block(2)).decrypt(nonce[12:], sealed, aad)

def canonical(text, alphabet):  # one spelling for each byte string: decode, encode again, compare
    decode, encode = {'url': (base64.urlsafe_b64decode, base64.urlsafe_b64encode), 'std': (base64.b64decode, base64.b64encode)}[alphabet]
    try: data = decode(text + '=' * (-len(text) % 4) if alphabet == 'url' else text)
    except ValueError: raise Outcome('malformed')
    spelled = encode(data).decode()
    need((spelled.rstrip('=') if alphabet == 'url' else spelled) == text, 'malformed')
    return data

def check_kid(v, kid):
    if 'kids' in v:
        need(kid.hex() in v['kids'], 'unknown-key')
        need(v['kids'][kid.hex()] == v['scope'], 'wrong-scope')
    need(kid == subkey(v, b'key-id')[:8], 'unknown-key')

def synthetic_open(v, kind, pointer, fields):
    kid, nonce, ciphertext, tag = fields
    need((len(kid), len(nonce), len(tag)) == (8, 24, 16), 'malformed')
    check_kid(v, kid)
    aad = lp(b'gitward/v1/' + kind) + lp(kid)
    p = xaes_open(subkey(v, kind + b'/aead'), nonce, ciphertext + tag, aad)
    expected = mac(subkey(v, kind + b'/nonce'), lp(aad) + lp(pointer) + p)[:24]
    need(hmac.compare_digest(nonce, expected), 'moved' if kind == b'value' else 'tag-mismatch')
    return p

def open_token(v):
    m = re.fullmatch('gitward:v1' + ':([A-Za-z0-9_-]+)' * 4, v['envelope'])
    need(m, 'malformed')
    fields = [canonical(f, 'url') for f in m.groups()]
    need(fields[2] and len(fields[2]) % 32 == 0, 'malformed')
    p = synthetic_open(v, b'value', v['pointer'].encode(), fields)
    text = p.rstrip(b'\0')
    need(text.endswith(b'\x80') and len(p) - len(text) < 32, 'malformed')
    return text[:-1]

def open_json(v):
    version = re.match('{"gitward":"v([0-9]{1,2})"', v['envelope'])
    need(version, 'malformed')
    need(version[1] == '1', 'unsupported-version')
    members = ''.join(',"%s":"([^"]+)"' % name for name in ('kid', 'nonce', 'ciphertext', 'tag'))
    m = re.fullmatch('{"gitward":"v1"' + members + '}\n', v['envelope'])
    need(m, 'malformed')
    return synthetic_open(v, b'json', b'', [canonical(f, 'std') for f in m.groups()])

def chunks_of(sealed):
    chunks = [sealed[i:i + 16400] for i in range(0, len(sealed), 16400)]
    need(chunks and 16 <= len(chunks[-1]) < 16400, 'malformed')
    return chunks

def message(key, context, salt, commitment, chunks):
    info = b'c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0' + salt + context
    okm = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    need(hmac.compare_digest(okm[44:], commitment), 'tag-mismatch')
    base = int.from_bytes(okm[32:44], 'big')
    return b''.join(AESGCM(okm[:32]).decrypt((base ^ k).to_bytes(12, 'big'), c, None) for k, c in enumerate(chunks))

def open_portable(v):  # with the data key: python/tests opens the keyslots, too
    e = canonical(v['envelope'], 'std')
    need(e[:12] == b'\x89GWD\r\n\x1a\n\1\1\0\1' and e[12:20] == bytes(8), 'malformed')
    size = int.from_bytes(e[20:24], 'big')
    need(size and size % 4096 == 0 and size <= 2**20, 'malformed')
    end = 24 + 2 * size
    chunks = chunks_of(e[end + 56:])
    slots = e[24:24 + size], e[24 + size:end]
    need(any(hashlib.sha256(slot[:-32]).digest() == slot[-32:] for slot in slots), 'malformed')
    return message(v['key'], b'gitward/v1/file\0' + e[:20], e[end:end + 24], e[end + 24:end + 56], chunks)

def open_file(v):
    e = canonical(v['envelope'], 'std')
    need(e[:8] == b'\x89GWD\r\n\x1a\n' and len(e) >= 20, 'malformed')
    need(e[8:10] == b'\1\1' and e[10:12] in (b'\0\0', b'\0\1'), 'unsupported-version')
    need(e[10:12] == b'\0\0' and len(e) > 92, 'malformed')
    chunks = chunks_of(e[76:])
    check_kid(v, e[12:20])
    context, salt = b'gitward/v1/file\0' + e[:20], e[20:44]
    p = message(subkey(v, b'file/aead'), context, salt, e[44:76], chunks)
    leaves = b''.join(hashlib.sha256(p[i:i + 2**20]).digest() for i in range(0, len(p), 2**20))
    assert salt == mac(subkey(v, b'file/salt'), lp(context) + struct.pack('>Q', len(p)) + leaves)[:24], 'salt'  # the writer's rule
    return p

def read_signature(v):
    head, armor, _ = v['envelope'].partition('-----BEGIN SSH SIGNATURE-----\n')
    need(armor, 'malformed')
    line = lambda name, form: name + ' (' + form + ')\n'
    m = re.fullmatch('gitward-signature/v1\n' + line('context', '.+') + line('name', '.+')
                     + '(?:' + line('round', '0|[1-9][0-9]{0,18}') + ')?' + line('salt', '.+')
                     + line('commitment', '.+') + line('length', '[1-9][0-9]*') + '((?:leaf .+\n)+)', head)
    need(m, 'malformed')
    context, name, number, salt, commitment, length, leaves = m.groups()
    need(not re.search('[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', context + name), 'malformed')
    leaves = [canonical(leaf, 'std') for leaf in re.findall('leaf (.+)\n', leaves)]
    need(len(leaves) == -(-int(length) // 2**20), 'malformed')
    blob = v['envelope'][len(head) + len(armor):].removesuffix('-----END SSH SIGNATURE-----\n')
    need(len(blob) < len(v['envelope'][len(head) + len(armor):]), 'malformed')
    sshsig = base64.b64encode(canonical(blob.replace('\n', ''), 'std')).decode()
    need(blob == ''.join(sshsig[i:i + 70] + '\n' for i in range(0, len(sshsig), 70)), 'malformed')
    words = b''.join(lp(word.encode()) for word in (context, name, number or ''))
    return (words + canonical(salt, 'std') + canonical(commitment, 'std')
            + struct.pack('>Q', int(length)) + b''.join(leaves))

def passes(v, opener):
    v = {**v, 'repo': bytes.fromhex(v['repo']), 'key': bytes.fromhex(v['key'])}
    try: outcome, p = 'success', opener(v)
    except InvalidTag: outcome = 'tag-mismatch'
    except Outcome as o: outcome = o.args[0]
    if outcome == 'success' and v['outcome'] == 'success':
        if 'plaintext' in v: return p.hex() == v['plaintext']
        return hashlib.sha256(p).hexdigest() == v['plaintextSha256']
    return outcome == v['outcome']

results = []
for name, opener in (('token', open_token), ('json-envelope', open_json), ('file-envelope', open_file), ('portable-file', open_portable),
                     ('signature', read_signature)):
    for v in json.loads((pathlib.Path(sys.argv[1]) / (name + '.json')).read_text('utf-8'))['vectors']:
        results.append(passes(v, opener))
        if not results[-1]: print('failed:', name, v['name'])
print('%d passed, %d failed' % (results.count(True), results.count(False)))
sys.exit(0 if results and all(results) else 1)
