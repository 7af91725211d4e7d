"""Encryption, digests and keys do what the API promises when all is right.

Proves, with a client made only from server reflection:
 - each cipher (every value of the enum) decrypts what it encrypted, with nonces
   that never repeat and outputs of the documented lengths;
 - each hash and HMAC equals Python's;
 - keys live from CreateKey or ImportKey to DestroyKey and never come back out.
Refusals are in crypto_errors_test.py, published vectors in vectors_test.py.
"""

import hashlib
import hmac
import time
import unittest

from tests.support import case


class CipherTest(case.DaemonTest):

    def encrypt(self, algorithm, key, plaintext, **fields):
        return self.api.Accelerator.Encrypt(
            plaintext=plaintext, key=key,
            allow_unauthenticated=not case.is_aead(algorithm), **fields)

    def decrypt(self, algorithm, key, sealed, **fields):
        return self.api.Accelerator.Decrypt(
            ciphertext=sealed.ciphertext, key=key, nonce=sealed.nonce,
            tag=sealed.tag, allow_unauthenticated=not case.is_aead(algorithm),
            **fields).plaintext

    def test_every_cipher_is_undone_at_every_size(self):
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm)
            aead = case.is_aead(algorithm)
            for size in (0, 1, 15, 16, 17, 32, 1_000, 65_537, 1_000_000):
                if algorithm.endswith("XTS") and size < 16:
                    continue
                with self.subTest(algorithm=algorithm, size=size):
                    data = case.noise(size, seed=size)
                    more = {"associated_data": b"head"} if aead else {}
                    sealed = self.encrypt(algorithm, key, data, **more)
                    if size >= 16:
                        self.assertNotIn(data[:16], sealed.ciphertext)
                    padded = size
                    if algorithm.endswith("CBC"):
                        padded = size // 16 * 16 + 16
                    self.assertEqual(len(sealed.ciphertext), padded)
                    self.assertEqual(len(sealed.nonce),
                                     case.nonce_bytes(algorithm))
                    self.assertEqual(len(sealed.tag), 16 if aead else 0)
                    self.assertEqual(
                        self.api.enum_name("CipherAlgorithm",
                                           sealed.algorithm), algorithm)
                    self.assertEqual(
                        self.decrypt(algorithm, key, sealed, **more), data)

    def test_cbc_without_padding_keeps_the_length(self):
        for algorithm in self.ciphers():
            if not algorithm.endswith("CBC"):
                continue
            key = self.create_key(algorithm, cipher=algorithm)
            for size in (0, 16, 4096):
                data = case.noise(size)
                sealed = self.encrypt(algorithm, key, data,
                                      padding="PADDING_NONE")
                self.assertEqual(len(sealed.ciphertext), size)
                self.assertEqual(
                    self.decrypt(algorithm, key, sealed,
                                 padding="PADDING_NONE"), data)

    def test_every_tag_length_is_undone(self):
        allowed = {"GCM": range(12, 17), "CCM": range(8, 17, 2),
                   "POLY1305": [16]}
        for algorithm in filter(case.is_aead, self.ciphers()):
            key = self.create_key(algorithm, cipher=algorithm)
            sizes = allowed[algorithm.rpartition("_")[2]]
            for size in [16] if "XAES" in algorithm else sizes:
                with self.subTest(algorithm=algorithm, tag_bytes=size):
                    sealed = self.encrypt(algorithm, key, b"data",
                                          tag_bytes=size)
                    self.assertEqual(len(sealed.tag), size)
                    self.assertEqual(
                        self.decrypt(algorithm, key, sealed), b"data")

    def test_nonces_never_repeat(self):
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm)
            calls = [
                self.api.Accelerator.Encrypt.future(
                    plaintext=bytes(16), key=key,
                    allow_unauthenticated=not case.is_aead(algorithm))
                for _ in range(100)
            ]
            nonces = {call.result().nonce for call in calls}
            self.assertEqual(len(nonces), 100, algorithm)

    def test_callers_nonce_is_used(self):
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm,
                                  caller_nonce=True)
            nonce = case.noise(case.nonce_bytes(algorithm))
            once = self.encrypt(algorithm, key, bytes(32), nonce=nonce)
            again = self.encrypt(algorithm, key, bytes(32), nonce=nonce)
            self.assertEqual(once.nonce, nonce)
            self.assertEqual(
                (once.ciphertext, once.tag), (again.ciphertext, again.tag))

    def test_associated_data_up_to_its_limit(self):
        for algorithm in filter(case.is_aead, self.ciphers()):
            key = self.create_key(algorithm, cipher=algorithm)
            more = {"associated_data": case.noise(65_536)}
            sealed = self.encrypt(algorithm, key, b"", **more)
            self.assertEqual(self.decrypt(algorithm, key, sealed, **more), b"")

    def test_naming_the_keys_own_algorithm_changes_nothing(self):
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm)
            fields = {"key": key, "algorithm": algorithm,
                      "allow_unauthenticated": not case.is_aead(algorithm)}
            sealed = self.api.Accelerator.Encrypt(
                plaintext=bytes(20), **fields)
            self.assertEqual(
                self.api.Accelerator.Decrypt(
                    ciphertext=sealed.ciphertext, nonce=sealed.nonce,
                    tag=sealed.tag, **fields).plaintext, bytes(20))


class DigestTest(case.DaemonTest):

    @staticmethod
    def python_name(algorithm):
        return algorithm.replace("HASH_ALGORITHM_", "").lower()

    def test_every_hash_equals_pythons(self):
        for algorithm in self.hashes():
            for size in (0, 1, 55, 56, 63, 64, 111, 112, 128, 1_000_001):
                data = case.noise(size, seed=size)
                self.assertEqual(
                    self.api.Accelerator.Digest(
                        input=data, algorithm=algorithm).digest,
                    hashlib.new(self.python_name(algorithm), data).digest(),
                    (algorithm, size))

    def test_every_hmac_equals_pythons(self):
        for algorithm in self.hashes():
            for size in (1, 20, 64, 65, 128, 129, 256):
                material = case.noise(size)
                key = self.import_key("%s-%d" % (algorithm, size), material,
                                      hmac=algorithm)
                for data in (b"", case.noise(1000)):
                    self.assertEqual(
                        self.api.Accelerator.Digest(
                            input=data, key=key).digest,
                        hmac.digest(material, data,
                                    self.python_name(algorithm)),
                        (algorithm, size))

    def test_hmac_key_may_be_named_with_its_hash(self):
        key = self.create_key("h", hmac="HASH_ALGORITHM_SHA256")
        self.assertEqual(
            self.api.Accelerator.Digest(input=b"x", key=key).digest,
            self.api.Accelerator.Digest(
                input=b"x", key=key,
                algorithm="HASH_ALGORITHM_SHA256").digest)


class KeysTest(case.DaemonTest):

    def test_life_of_keys(self):
        keys = self.api.Keys
        before = time.time() - 1
        made = keys.CreateKey(
            name="b.key_2-x", cipher="CIPHER_ALGORITHM_AES_256_GCM").key
        self.assertEqual(made.name, "b.key_2-x")
        self.assertFalse(made.imported or made.caller_nonce)
        self.assertTrue(
            before <= made.create_time.seconds <= time.time() + 1)
        taken = keys.ImportKey(
            name="A" * 64, hmac="HASH_ALGORITHM_SM3", material=b"m").key
        self.assertTrue(taken.imported)
        nonced = keys.CreateKey(
            name="_", cipher="CIPHER_ALGORITHM_SM4_CTR",
            caller_nonce=True).key
        self.assertTrue(nonced.caller_nonce)
        listed = keys.ListKeys().keys
        # Sorted by bytes: upper case, "_", lower case.
        self.assertEqual(list(listed), [taken, nonced, made])
        self.assertEqual(self.api.Admin.GetStatus().keys, 3)
        for key in listed:
            keys.DestroyKey(name=key.name)
        self.assertEqual(list(keys.ListKeys().keys), [])
        self.assertEqual(self.api.Admin.GetStatus().keys, 0)

    def test_imported_material_is_in_no_answer(self):
        material = case.noise(32)
        self.import_key("secret", material,
                        cipher="CIPHER_ALGORITHM_AES_256_GCM")
        answer = self.api.Keys.ListKeys().SerializeToString()
        sealed = self.api.Accelerator.Encrypt(key="secret", plaintext=b"x")
        for seen in (answer, sealed.SerializeToString(),
                     self.daemon.log().encode(),
                     self.daemon.metrics_text().encode()):
            self.assertNotIn(material, seen)
            self.assertNotIn(material.hex().encode(), seen)

    def test_destroyed_name_can_be_used_again_for_another_key(self):
        cipher = "CIPHER_ALGORITHM_AES_128_GCM"
        self.api.Keys.CreateKey(name="again", cipher=cipher)
        sealed = self.api.Accelerator.Encrypt(key="again", plaintext=b"x")
        self.api.Keys.DestroyKey(name="again")
        self.create_key("again", cipher=cipher)
        self.refuse("INVALID_ARGUMENT", "DECRYPT_FAILED",
                    self.api.Accelerator.Decrypt, key="again",
                    ciphertext=sealed.ciphertext, nonce=sealed.nonce,
                    tag=sealed.tag)


if __name__ == "__main__":
    unittest.main()
