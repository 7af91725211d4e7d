"""Published vectors, as Debian's python3-cryptography-vectors ships them.

Each reader yields plain dictionaries with bytes values. The parser knows the
three dialects of the files: "Name = hex", "[Section = number]" that sets values
for all that follow, and bare words such as FAIL or [ENCRYPT].
"""

import os
import re

ROOT = "/usr/lib/python3/dist-packages/cryptography_vectors"

_PAIR = re.compile(r"([A-Za-z]+) *=\s*(.*)$")


def _lines(path):
    with open(os.path.join(ROOT, path), encoding="ascii") as lines:
        for line in lines:
            line = line.strip()
            if line and not line.startswith("#"):
                yield line


def records(path, first):
    """Records of lower-case names to strings.

    A record begins at the field `first`. What stands before the first record
    of a section (sizes, CCM's shared keys) belongs to all records after it, and
    a section's name of one word ("[ENCRYPT]") is given as "section".
    """
    shared, record = {}, None
    for line in _lines(path):
        if line.startswith("["):
            if record is not None:
                yield {**shared, **record}
            record = None
            inside = line.strip("[]")
            if "=" not in inside:
                shared["section"] = inside
            for part in inside.split(","):
                match = _PAIR.match(part.strip())
                if match:
                    shared[match[1].lower()] = match[2]
            continue
        match = _PAIR.match(line)
        name = match[1].lower() if match else line.lower()
        value = match[2].strip() if match else ""
        if name == first:
            if record is not None:
                yield {**shared, **record}
            record = {}
        elif record is not None and path.endswith(".rsp") and (
                name == "key" and "key" in shared):
            # CCM gives a new shared key between two counts.
            yield {**shared, **record}
            record = None
        target = shared if record is None else record
        target[name] = value
    if record is not None:
        yield {**shared, **record}


def octets(value):
    """Bytes of hex digits, or of a string in quotes."""
    if value.startswith('"'):
        return value.strip('"').encode()
    return bytes.fromhex(value)


def gcm(bits):
    """key, nonce, plaintext or None (must fail), ciphertext, aad, tag."""
    for name in ("gcmDecrypt", "gcmEncryptExtIV"):
        path = "ciphers/AES/GCM/%s%d.rsp" % (name, bits)
        for record in records(path, "count"):
            yield {
                "key": octets(record["key"]),
                "nonce": octets(record["iv"]),
                "plaintext": (None if "fail" in record
                              else octets(record["pt"])),
                "ciphertext": octets(record["ct"]),
                "aad": octets(record["aad"]),
                "tag": octets(record["tag"]),
            }


def ccm(bits):
    """As gcm(). Lengths of 0 are written as one byte "00" there."""
    for name in ("DVPT", "VADT", "VNT", "VPT", "VTT"):
        path = "ciphers/AES/CCM/%s%d.rsp" % (name, bits)
        for record in records(path, "count"):
            tag_bytes = int(record["tlen"])
            plain = octets(record.get("payload", "00"))
            sealed = octets(record["ct"])
            yield {
                "key": octets(record["key"]),
                "nonce": octets(record["nonce"]),
                "plaintext": (None if record.get("result", "Pass") != "Pass"
                              else plain[:int(record["plen"])]),
                "ciphertext": sealed[:-tag_bytes],
                "aad": octets(record["adata"])[:int(record["alen"])],
                "tag": sealed[-tag_bytes:],
            }


def chacha20_poly1305():
    for record in records("ciphers/ChaCha20Poly1305/boringssl.txt", "count"):
        yield {
            "key": octets(record["key"]),
            "nonce": octets(record["nonce"]),
            "plaintext": octets(record["in"]),
            "ciphertext": octets(record["ct"]),
            "aad": octets(record["ad"]),
            "tag": octets(record["tag"]),
        }
    for record in records("ciphers/ChaCha20Poly1305/openssl.txt", "count"):
        yield {
            "key": octets(record["key"]),
            "nonce": octets(record["iv"]),
            "plaintext": (None if "result" in record
                          else octets(record["plaintext"])),
            "ciphertext": octets(record["ciphertext"]),
            "aad": octets(record["aad"]),
            "tag": octets(record["tag"]),
        }


def xts(bits):
    """As gcm() without aad and tag; "bits" is the data unit's length."""
    for kind in ("tweak-128hexstr", "tweak-dataunitseqno"):
        path = "ciphers/AES/XTS/%s/XTSGenAES%d.rsp" % (kind, bits)
        for record in records(path, "count"):
            if "i" in record:
                tweak = octets(record["i"])
            else:
                number = int(record["dataunitseqnumber"])
                tweak = number.to_bytes(16, "little")
            yield {
                "key": octets(record["key"]),
                "nonce": tweak,
                "plaintext": octets(record["pt"]),
                "ciphertext": octets(record["ct"]),
                "bits": int(record["dataunitlen"]),
            }


def blocks(*paths):
    """CBC and CTR: key, nonce, plaintext, ciphertext."""
    for path in paths:
        for record in records(path, "count"):
            yield {
                "key": octets(record["key"]),
                "nonce": octets(record["iv"]),
                "plaintext": octets(record["plaintext"]),
                "ciphertext": octets(record["ciphertext"]),
            }


def aes_cbc(bits):
    return blocks(*(
        "ciphers/AES/CBC/%s%d.rsp" % (name, bits)
        for name in ("CBCGFSbox", "CBCKeySbox", "CBCMMT", "CBCVarKey",
                     "CBCVarTxt")))


def hashes(*paths):
    """message, digest."""
    for path in paths:
        for record in records(path, "len"):
            size = int(record["len"])
            if size % 8:
                raise ValueError("%s: %d bits" % (path, size))
            yield {
                "message": octets(record["msg"])[:size // 8],
                "digest": octets(record["md"]),
            }


def monte(path):
    """The seed and the 100 digests of SHS's chained test."""
    found = list(records(path, "count"))
    return octets(found[0]["seed"]), [octets(r["md"]) for r in found]


def hmac(path):
    """key, message, digest."""
    for record in records(path, "len"):
        yield {
            "key": octets(record["key"]),
            "message": octets(record["msg"]),
            "digest": octets(record["md"]),
        }
