"""Published vectors sent over gRPC give no wrong answer.

Proves that every cipher and digest the API offers equals NIST's CAVP answers,
the RFCs' and the Chinese standards' examples, as far as Debian's
python3-cryptography-vectors has them, with imported keys and the callers' own
nonces, both ways. Vectors that must fail to decrypt do fail, without plaintext.
HMAC-SM3 and SM4-XTS have no vectors there: the first is compared with Python's
hmac in api_test.py, the second here with XTS built from single SM4 blocks.

Vectors that the API refuses by rule (short tags, lengths that are not whole
bytes) are left out, the rest of a large file is sampled evenly; with
UACCED_ALL_VECTORS=1 in the environment all of it is run. Each algorithm has a
minimum count, so that a file that cannot be read is a failure.
"""

import itertools
import os
import unittest

import grpc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.integration import vectors
from tests.support import case
from tests.support import reflection

ALL = os.environ.get("UACCED_ALL_VECTORS") == "1"
SAMPLE = 500
WINDOW = 96  # calls in flight


def sample(found):
    """All of `found`, or SAMPLE of them at even distances."""
    found = list(found)
    if ALL or len(found) <= SAMPLE:
        return found
    return [found[i * len(found) // SAMPLE] for i in range(SAMPLE)]


def batches(found):
    found = iter(found)
    while batch := list(itertools.islice(found, WINDOW)):
        yield batch


class VectorsTest(case.DaemonTest):

    names = map(str, itertools.count())

    def import_keys(self, batch, **use):
        """Gives each vector of `batch` the name of its key as "name"."""
        made = {}
        for vector in batch:
            if vector["key"] not in made:
                made[vector["key"]] = next(self.names)
            vector["name"] = made[vector["key"]]
        for call in [
                self.api.Keys.ImportKey.future(
                    name=name, material=material, **use)
                for material, name in made.items()]:
            call.result()
        return list(made.values())

    def destroy_keys(self, names):
        for call in [self.api.Keys.DestroyKey.future(name=name)
                     for name in names]:
            call.result()

    def check_cipher(self, algorithm, found, minimum, **fields):
        """Runs vectors both ways; `minimum` of them at least, all being
        counted before sampling."""
        found = list(found)
        self.assertGreaterEqual(len(found), minimum)
        chosen = sample(found)
        must_fail = 0
        for batch in batches(chosen):
            names = self.import_keys(batch, cipher=algorithm,
                                     caller_nonce=True)
            calls = [self.start(vector, fields) for vector in batch]
            for vector, (sealing, opening) in zip(batch, calls):
                if vector["plaintext"] is None:
                    must_fail += 1
                    self.check_refused(vector, opening)
                else:
                    self.check_equal(vector, sealing, opening)
            self.destroy_keys(names)
        print("%s: %d vectors, %d of them must fail" %
              (algorithm, len(chosen), must_fail), flush=True)
        return must_fail

    def start(self, vector, fields):
        common = {"key": vector["name"], "nonce": vector["nonce"], **fields}
        opened = dict(common, ciphertext=vector["ciphertext"])
        if "tag" in vector:
            common["associated_data"] = vector["aad"]
            common["tag_bytes"] = len(vector["tag"])
            opened["associated_data"] = vector["aad"]
            opened["tag"] = vector["tag"]
        sealing = None
        if vector["plaintext"] is not None:
            sealing = self.api.Accelerator.Encrypt.future(
                plaintext=vector["plaintext"], **common)
        return sealing, self.api.Accelerator.Decrypt.future(**opened)

    def check_refused(self, vector, opening):
        error = opening.exception()
        self.assertIsNotNone(error, vector)
        failure = reflection.failure(error)
        self.assertEqual((failure.code, failure.reason),
                         (grpc.StatusCode.INVALID_ARGUMENT, "DECRYPT_FAILED"),
                         vector)

    def check_equal(self, vector, sealing, opening):
        sealed = sealing.result()
        self.assertEqual(
            (sealed.ciphertext, sealed.tag, sealed.nonce),
            (vector["ciphertext"], vector.get("tag", b""), vector["nonce"]),
            vector)
        self.assertEqual(opening.result().plaintext, vector["plaintext"],
                         vector)

    def test_aes_gcm(self):
        for bits in (128, 256):
            found = [v for v in vectors.gcm(bits) if len(v["tag"]) >= 12]
            failing = self.check_cipher(
                "CIPHER_ALGORITHM_AES_%d_GCM" % bits, found, 11_000)
            self.assertGreater(failing, 50)

    def test_aes_ccm(self):
        for bits in (128, 256):
            found = [v for v in vectors.ccm(bits)
                     if len(v["tag"]) in range(8, 17, 2)]
            failing = self.check_cipher(
                "CIPHER_ALGORITHM_AES_%d_CCM" % bits, found, 800)
            self.assertGreater(failing, 20)

    def test_chacha20_poly1305(self):
        failing = self.check_cipher("CIPHER_ALGORITHM_CHACHA20_POLY1305",
                                    vectors.chacha20_poly1305(), 70)
        self.assertEqual(failing, 1)

    def test_aes_xts(self):
        for bits in (128, 256):
            found = [v for v in vectors.xts(bits) if v["bits"] % 8 == 0]
            self.check_cipher("CIPHER_ALGORITHM_AES_%d_XTS" % bits, found,
                              1_200, allow_unauthenticated=True)

    def test_ctr(self):
        for algorithm, path in (
                ("AES_128", "ciphers/AES/CTR/aes-128-ctr.txt"),
                ("AES_256", "ciphers/AES/CTR/aes-256-ctr.txt"),
                ("SM4", "ciphers/SM4/draft-ribose-cfrg-sm4-10-ctr.txt")):
            self.check_cipher("CIPHER_ALGORITHM_%s_CTR" % algorithm,
                              vectors.blocks(path), 2,
                              allow_unauthenticated=True)

    def test_cbc(self):
        for algorithm, found, minimum in (
                ("AES_128", vectors.aes_cbc(128), 580),
                ("AES_256", vectors.aes_cbc(256), 820),
                ("SM4", vectors.blocks(
                    "ciphers/SM4/draft-ribose-cfrg-sm4-10-cbc.txt"), 2)):
            self.check_cipher("CIPHER_ALGORITHM_%s_CBC" % algorithm, found,
                              minimum, allow_unauthenticated=True,
                              padding="PADDING_NONE")

    def test_sm4_xts_equals_xts_built_from_blocks(self):
        found = []
        for size in (16, 17, 31, 32, 33, 47, 48, 100, 512, 1_000, 4_096):
            key = case.noise(32, seed=size)
            tweak = case.noise(16, seed=size + 1)
            plain = case.noise(size, seed=size + 2)
            found.append({"key": key, "nonce": tweak, "plaintext": plain,
                          "ciphertext": sm4_xts(key, tweak, plain)})
        self.check_cipher("CIPHER_ALGORITHM_SM4_XTS", found, 11,
                          allow_unauthenticated=True)

    def check_digests(self, algorithm, found, minimum):
        found = list(found)
        self.assertGreaterEqual(len(found), minimum)
        for batch in batches(found):
            calls = [self.api.Accelerator.Digest.future(
                input=v["message"], algorithm=algorithm) for v in batch]
            for vector, call in zip(batch, calls):
                self.assertEqual(call.result().digest, vector["digest"],
                                 vector)
        print("%s: %d vectors" % (algorithm, len(found)), flush=True)

    def test_hashes(self):
        for folder, name, minimum in (
                ("SHA1", "SHA1", 129), ("SHA2", "SHA224", 129),
                ("SHA2", "SHA256", 129), ("SHA2", "SHA384", 257),
                ("SHA2", "SHA512", 257)):
            files = ["hashes/%s/%s%sMsg.rsp" % (folder, name, kind)
                     for kind in ("Short", "Long")]
            self.check_digests("HASH_ALGORITHM_" + name,
                               vectors.hashes(*files), minimum)
        self.check_digests("HASH_ALGORITHM_SM3",
                           vectors.hashes("hashes/SM3/oscca.txt"), 6)

    def test_chained_hashes(self):
        # SHAVS section 6.4: each digest is made of the three before it.
        for folder, name in (("SHA1", "SHA1"), ("SHA2", "SHA224"),
                             ("SHA2", "SHA256"), ("SHA2", "SHA384"),
                             ("SHA2", "SHA512")):
            seed, digests = vectors.monte(
                "hashes/%s/%sMonte.rsp" % (folder, name))
            self.assertEqual(len(digests), 100)
            for digest in digests if ALL else digests[:1]:
                last = [seed] * 3
                for _ in range(1_000):
                    last = last[1:] + [self.api.Accelerator.Digest(
                        input=b"".join(last),
                        algorithm="HASH_ALGORITHM_" + name).digest]
                seed = last[-1]
                self.assertEqual(seed, digest)

    def test_hmac(self):
        for path, name, minimum in (
                ("rfc-2202-sha1", "SHA1", 7), ("rfc-4231-sha224", "SHA224", 6),
                ("rfc-4231-sha256", "SHA256", 6),
                ("rfc-4231-sha384", "SHA384", 6),
                ("rfc-4231-sha512", "SHA512", 6)):
            found = list(vectors.hmac("HMAC/%s.txt" % path))
            self.assertGreaterEqual(len(found), minimum)
            names = self.import_keys(found, hmac="HASH_ALGORITHM_" + name)
            for vector in found:
                self.assertEqual(
                    self.api.Accelerator.Digest(
                        input=vector["message"],
                        key=vector["name"]).digest,
                    vector["digest"], vector)
            self.destroy_keys(names)

    def test_no_cipher_and_no_hash_is_without_vectors(self):
        families = {"GCM", "CCM", "POLY1305", "XTS", "CTR", "CBC"}
        self.assertEqual(
            {a.rpartition("_")[2] for a in self.ciphers()}, families)
        self.assertEqual(len(self.ciphers()), 15)
        self.assertEqual(len(self.hashes()), 6)


def sm4_xts(key, tweak, plain):
    """IEEE 1619 encryption, one block at a time, with ciphertext stealing."""

    def block_cipher(material):
        encryptor = Cipher(algorithms.SM4(material), modes.ECB()).encryptor()
        return encryptor.update

    data, factor = block_cipher(key[:16]), block_cipher(key[16:])(tweak)

    def seal(block):
        nonlocal factor
        mask = int.from_bytes(factor, "little")
        out = xor(data(xor(block, factor)), factor)
        mask = mask << 1 ^ (0x87 if mask >> 127 else 0)
        factor = (mask & (1 << 128) - 1).to_bytes(16, "little")
        return out

    whole = len(plain) // 16 * 16
    out = [seal(plain[i:i + 16]) for i in range(0, whole, 16)]
    rest = plain[whole:]
    if rest:
        stolen = out.pop()
        out += [seal(rest + stolen[len(rest):]), stolen[:len(rest)]]
    return b"".join(out)


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


if __name__ == "__main__":
    unittest.main()
