"""Writes published vectors as lines of text, for daemon_vectors.cc, which says
how they look: make_vectors.py > FILE.

Of what tests/integration/vectors.py reads: what a simulated SEC of version 3
has on a kernel of Debian's (no SM3, no SM4), and what docs/kunpeng.md says the
hardware takes. Of each algorithm and kind of vector up to SAMPLE, at even
distances, those that must fail among them; each has a minimum, so that a file
that cannot be read is a failure.
"""

import sys

from tests.integration import vectors

SAMPLE = 60
lines = []


def write(*fields):
    lines.append(" ".join(
        field if isinstance(field, str) else field.hex() or "-"
        for field in fields))


def sample(found, minimum):
    found = list(found)
    if len(found) < minimum:
        raise ValueError("%d vectors, not %d" % (len(found), minimum))
    if len(found) <= SAMPLE:
        return found
    return [found[i * len(found) // SAMPLE] for i in range(SAMPLE)]


def ciphers(name, found, minimum):
    for vector in sample(found, minimum):
        plain = vector["plaintext"]
        write("cipher", "CIPHER_ALGORITHM_" + name, vector["key"],
              vector["nonce"], vector.get("aad", b""),
              "fail" if plain is None else plain,
              vector["ciphertext"], vector.get("tag", b""))


def hashes(name, found, minimum):
    for vector in sample(found, minimum):
        write("hash", "HASH_ALGORITHM_" + name, vector["message"],
              vector["digest"])


def main():
    for bits in (128, 256):
        aes = "AES_%d_" % bits
        gcm = [v for v in vectors.gcm(bits)
               if len(v["tag"]) >= 12 and len(v["nonce"]) == 12]
        for must_fail in (False, True):
            ciphers(aes + "GCM",
                    [v for v in gcm if (v["plaintext"] is None) == must_fail],
                    40)
        ccm = [v for v in vectors.ccm(bits)
               if len(v["tag"]) in range(8, 17, 2) and len(v["aad"]) <= 65279]
        for must_fail in (False, True):
            ciphers(aes + "CCM",
                    [v for v in ccm if (v["plaintext"] is None) == must_fail],
                    20)
        ciphers(aes + "XTS",
                [v for v in vectors.xts(bits) if v["bits"] % 8 == 0], 1200)
        ciphers(aes + "CTR",
                vectors.blocks("ciphers/AES/CTR/aes-%d-ctr.txt" % bits), 2)
        ciphers(aes + "CBC", vectors.aes_cbc(bits), 580)
    for folder, name, block in (
            ("SHA1", "SHA1", 64), ("SHA2", "SHA224", 64),
            ("SHA2", "SHA256", 64), ("SHA2", "SHA384", 128),
            ("SHA2", "SHA512", 128)):
        for kind in ("Short", "Long"):
            hashes(name, vectors.hashes(
                "hashes/%s/%s%sMsg.rsp" % (folder, name, kind)), 64)
        rfc = "2202" if name == "SHA1" else "4231"
        found = [v for v in vectors.hmac(
            "HMAC/rfc-%s-%s.txt" % (rfc, name.lower()))
                 if len(v["key"]) <= block]
        for vector in sample(found, 4):
            write("hmac", "HASH_ALGORITHM_" + name, vector["key"],
                  vector["message"], vector["digest"])
    lines.append("end %d" % len(lines))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
