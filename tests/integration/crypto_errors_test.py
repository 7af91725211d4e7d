"""Every refusal of keys, ciphers and digests that the API documents.

Proves that each wrong key, nonce, tag, length or missing permission ends in the
documented canonical code with a google.rpc.ErrorInfo of domain "uacced" and its
reason, that a failed decryption tells nothing about why, and that the daemon
goes on answering after each of them.
"""

import unittest

from tests.support import case

GCM = "CIPHER_ALGORITHM_AES_256_GCM"
CCM = "CIPHER_ALGORITHM_AES_128_CCM"
CTR = "CIPHER_ALGORITHM_AES_128_CTR"
CBC = "CIPHER_ALGORITHM_AES_128_CBC"
SHA256 = "HASH_ALGORITHM_SHA256"
UNKNOWN_ENUM = 99


class CipherErrorsTest(case.DaemonTest):

    def setUp(self):
        self.create_key("gcm", cipher=GCM)
        self.create_key("gcm-n", cipher=GCM, caller_nonce=True)
        self.create_key("ccm-n", cipher=CCM, caller_nonce=True)
        self.create_key("cbc", cipher=CBC)
        self.create_key("mac", hmac="HASH_ALGORITHM_SHA256")

    def tearDown(self):
        self.assert_answers()

    def encrypt(self, reason, code="INVALID_ARGUMENT", **fields):
        fields.setdefault("plaintext", b"sixteen bytes xx")
        return self.refuse(code, reason, self.api.Accelerator.Encrypt,
                           **fields)

    def decrypt(self, reason, code="INVALID_ARGUMENT", **fields):
        return self.refuse(code, reason, self.api.Accelerator.Decrypt,
                           **fields)

    def test_unknown_key(self):
        for name in ("nobody", "gcm ", "GCM", "../gcm", "x" * 100_000):
            self.encrypt("KEY_NOT_FOUND", code="NOT_FOUND", key=name)
            self.decrypt("KEY_NOT_FOUND", code="NOT_FOUND", key=name,
                         ciphertext=b"x", nonce=bytes(12), tag=bytes(16))
            self.refuse("NOT_FOUND", "KEY_NOT_FOUND",
                        self.api.Accelerator.Digest, key=name, input=b"x")

    def test_key_of_another_use_or_algorithm(self):
        self.encrypt("ALGORITHM_MISMATCH", key="gcm", algorithm=CCM)
        self.encrypt("ALGORITHM_MISMATCH", key="gcm",
                     algorithm=UNKNOWN_ENUM)
        self.decrypt("ALGORITHM_MISMATCH", key="gcm", algorithm=CTR,
                     nonce=bytes(16), ciphertext=b"x",
                     allow_unauthenticated=True)
        self.encrypt("KEY_WRONG_USE", key="mac")
        self.refuse("INVALID_ARGUMENT", "KEY_WRONG_USE",
                    self.api.Accelerator.Digest, key="gcm", input=b"x")

    def test_unauthenticated_needs_permission_both_ways(self):
        for algorithm in self.ciphers():
            if case.is_aead(algorithm):
                continue
            key = self.create_key(algorithm, cipher=algorithm)
            with self.subTest(algorithm=algorithm):
                self.encrypt("UNAUTHENTICATED_NOT_ALLOWED",
                             code="PERMISSION_DENIED", key=key)
                self.decrypt("UNAUTHENTICATED_NOT_ALLOWED",
                             code="PERMISSION_DENIED", key=key,
                             ciphertext=bytes(32), nonce=bytes(16))

    def test_nonce_needs_a_key_with_caller_nonce(self):
        self.encrypt("NONCE_NOT_ALLOWED", code="PERMISSION_DENIED",
                     key="gcm", nonce=bytes(12))

    def test_key_with_caller_nonce_needs_a_nonce(self):
        self.encrypt("NONCE_REQUIRED", key="gcm-n")

    def test_nonce_length(self):
        good = {"GCM": range(1, 129), "CCM": range(7, 14),
                "POLY1305": [12], "XTS": [16], "CTR": [16], "CBC": [16]}
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm,
                                  caller_nonce=True)
            lengths = good[algorithm.rpartition("_")[2]]
            if "XAES" in algorithm:
                lengths = [24]
            fields = {"key": key, "plaintext": bytes(16),
                      "allow_unauthenticated": not case.is_aead(algorithm)}
            tag = {"tag": bytes(16)} if case.is_aead(algorithm) else {}
            with self.subTest(algorithm=algorithm):
                for size in (lengths[0], lengths[-1]):
                    self.api.Accelerator.Encrypt(nonce=bytes(size), **fields)
                for size in (lengths[0] - 1, lengths[-1] + 1, 1_000):
                    self.encrypt("NONCE_LENGTH" if size else "NONCE_REQUIRED",
                                 nonce=bytes(size), **fields)
                    self.decrypt("NONCE_LENGTH", key=key,
                        nonce=bytes(size), ciphertext=bytes(16),
                        allow_unauthenticated=fields["allow_unauthenticated"],
                        **tag)

    def test_tag_length(self):
        bad = {"GCM": (1, 11, 17), "CCM": (1, 4, 6, 7, 9, 15, 17, 18),
               "POLY1305": (1, 12, 15, 17)}
        for algorithm in filter(case.is_aead, self.ciphers()):
            key = self.create_key(algorithm, cipher=algorithm)
            nonce = bytes(case.nonce_bytes(algorithm))
            for size in bad[algorithm.rpartition("_")[2]] + (2**32 - 1,):
                with self.subTest(algorithm=algorithm, tag_bytes=size):
                    self.encrypt("TAG_LENGTH", key=key,
                                 tag_bytes=size)
                    self.decrypt("TAG_LENGTH", key=key,
                                 ciphertext=b"x", nonce=nonce,
                                 tag=bytes(min(size, 40)))
            self.decrypt("TAG_LENGTH", key=key, ciphertext=b"x", nonce=nonce)

    def test_associated_data(self):
        self.encrypt("ASSOCIATED_DATA_TOO_LONG", key="gcm",
                     associated_data=bytes(65_537))
        self.decrypt("ASSOCIATED_DATA_TOO_LONG", key="gcm",
                     ciphertext=b"x", nonce=bytes(12), tag=bytes(16),
                     associated_data=bytes(65_537))
        self.encrypt("ASSOCIATED_DATA_NOT_ALLOWED", key="cbc",
                     associated_data=b"x", allow_unauthenticated=True)
        self.decrypt("ASSOCIATED_DATA_NOT_ALLOWED", key="cbc", nonce=bytes(16),
                     ciphertext=bytes(16), associated_data=b"x",
                     allow_unauthenticated=True)

    def test_lengths_that_a_mode_cannot_take(self):
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm)
            fields = {"key": key, "allow_unauthenticated": True}
            with self.subTest(algorithm=algorithm):
                if algorithm.endswith("XTS"):
                    for size in (0, 1, 15):
                        self.encrypt("INPUT_LENGTH",
                                     plaintext=bytes(size), **fields)
                        self.decrypt("INPUT_LENGTH",
                                     ciphertext=bytes(size),
                                     nonce=bytes(16), **fields)
                elif algorithm.endswith("CBC"):
                    for size in (1, 15, 17, 4_095):
                        self.encrypt("INPUT_LENGTH",
                                     plaintext=bytes(size),
                                     padding="PADDING_NONE", **fields)
                        for padding in (0, 1, 2):
                            self.decrypt("INPUT_LENGTH",
                                         ciphertext=bytes(size),
                                         nonce=bytes(16), padding=padding,
                                         **fields)

    def test_ccm_message_length_follows_from_the_nonce(self):
        # The length field has 15 - nonce bytes (RFC 3610).
        self.api.Accelerator.Encrypt(key="ccm-n", nonce=bytes(13),
                                     plaintext=bytes(65_535))
        self.encrypt("INPUT_LENGTH", key="ccm-n", nonce=bytes(13),
                     plaintext=bytes(65_536))
        self.create_key("ccm", cipher=CCM)
        self.api.Accelerator.Encrypt(key="ccm", plaintext=bytes(16_777_215))
        self.encrypt("INPUT_LENGTH", key="ccm",
                     plaintext=bytes(16_777_216))

    def test_xts_takes_16_mib_at_once(self):
        for algorithm in self.ciphers():
            if algorithm.endswith("XTS"):
                key = self.create_key(algorithm, cipher=algorithm)
                self.encrypt("INPUT_LENGTH", key=key,
                             plaintext=bytes((16 << 20) + 1),
                             allow_unauthenticated=True)

    def test_unauthenticated_has_no_tag(self):
        self.encrypt("TAG_LENGTH", key="cbc", tag_bytes=16,
                     allow_unauthenticated=True)
        self.decrypt("TAG_LENGTH", key="cbc", ciphertext=bytes(16),
                     nonce=bytes(16), tag=bytes(16),
                     allow_unauthenticated=True)

    def test_key_is_required(self):
        self.encrypt("KEY_REQUIRED")
        self.decrypt("KEY_REQUIRED", ciphertext=b"x")

    def test_unknown_padding(self):
        self.encrypt("PADDING_UNKNOWN", key="cbc",
                     padding=UNKNOWN_ENUM, allow_unauthenticated=True)

    def test_decrypt_needs_the_nonce(self):
        self.decrypt("NONCE_LENGTH", key="gcm", ciphertext=b"x",
                     tag=bytes(16))

    def test_failed_decryption_tells_nothing(self):
        for algorithm in filter(case.is_aead, self.ciphers()):
            key = self.create_key(algorithm, cipher=algorithm)
            other = self.create_key(algorithm + "-2", cipher=algorithm)
            sealed = self.api.Accelerator.Encrypt(
                key=key, plaintext=case.text(100), associated_data=b"head")
            good = {"key": key, "ciphertext": sealed.ciphertext,
                    "nonce": sealed.nonce, "tag": sealed.tag,
                    "associated_data": b"head"}

            def flip(field):
                return {field: good[field][:-1] +
                               bytes([good[field][-1] ^ 1])}

            failures = [
                self.decrypt("DECRYPT_FAILED",
                             **{**good, **change})
                for change in (flip("ciphertext"), flip("nonce"),
                               flip("tag"), flip("associated_data"),
                               {"key": other}, {"ciphertext": b""},
                               {"associated_data": b""})
            ]
            self.assertEqual(
                len({(f.message, str(f.metadata)) for f in failures}), 1,
                failures)
            self.assertEqual(
                self.api.Accelerator.Decrypt(**good).plaintext,
                case.text(100))

    def test_bad_padding_is_the_same_failure(self):
        for algorithm in self.ciphers():
            if algorithm.endswith("CBC"):
                key = self.create_key(algorithm, cipher=algorithm)
                sealed = self.api.Accelerator.Encrypt(
                    key=key, plaintext=bytes(16), padding="PADDING_NONE",
                    allow_unauthenticated=True)
                self.decrypt("DECRYPT_FAILED", key=key,
                             ciphertext=sealed.ciphertext,
                             nonce=sealed.nonce, allow_unauthenticated=True)
                self.decrypt("INPUT_LENGTH", key=key,
                             ciphertext=b"", nonce=sealed.nonce,
                             allow_unauthenticated=True)

    def test_digest(self):
        for reason, fields in (
                ("ALGORITHM_REQUIRED", {}),
                ("ALGORITHM_REQUIRED", {"algorithm": UNKNOWN_ENUM}),
                ("ALGORITHM_MISMATCH", {
                    "key": "mac", "algorithm": "HASH_ALGORITHM_SHA512"})):
            self.refuse("INVALID_ARGUMENT", reason,
                        self.api.Accelerator.Digest, input=b"x", **fields)


class KeyErrorsTest(case.DaemonTest):

    CONFIG = "keys { max_keys: 3 }"

    def test_bad_names(self):
        for name in ("", ".", "-x", ".x", "x" * 65, "a b", "a/b", "a\n",
                     "\u00e9", "a\0b"):
            with self.subTest(name=name):
                self.refuse("INVALID_ARGUMENT", "KEY_INVALID",
                            self.api.Keys.CreateKey, name=name, cipher=GCM)
                self.refuse("INVALID_ARGUMENT", "KEY_INVALID",
                            self.api.Keys.ImportKey, name=name, cipher=GCM,
                            material=bytes(32))

    def test_use_is_required(self):
        for use in ({}, {"cipher": 0}, {"hmac": 0}, {"cipher": UNKNOWN_ENUM},
                    {"hmac": UNKNOWN_ENUM}):
            with self.subTest(use=use):
                self.refuse("INVALID_ARGUMENT", "ALGORITHM_REQUIRED",
                            self.api.Keys.CreateKey, name="k", **use)
                self.refuse("INVALID_ARGUMENT", "ALGORITHM_REQUIRED",
                            self.api.Keys.ImportKey, name="k",
                            material=bytes(32), **use)

    def test_hmac_has_no_nonce(self):
        self.refuse("INVALID_ARGUMENT", "KEY_INVALID", self.api.Keys.CreateKey,
                    name="k", hmac=SHA256, caller_nonce=True)

    def test_length_of_material(self):
        for algorithm in self.ciphers():
            right = case.key_bytes(algorithm)
            for size in (0, 1, right - 1, right + 1, 24, 100_000):
                with self.subTest(algorithm=algorithm, size=size):
                    self.refuse("INVALID_ARGUMENT", "KEY_INVALID",
                                self.api.Keys.ImportKey, name="k",
                                cipher=algorithm, material=case.noise(size))
        for size in (0, 257):
            self.refuse("INVALID_ARGUMENT", "KEY_INVALID",
                        self.api.Keys.ImportKey,
                        name="k", hmac="HASH_ALGORITHM_SHA256",
                        material=case.noise(size))

    def test_halves_of_xts_must_differ(self):
        for algorithm in self.ciphers():
            if algorithm.endswith("XTS"):
                half = case.noise(case.key_bytes(algorithm) // 2)
                self.refuse("INVALID_ARGUMENT", "KEY_INVALID",
                            self.api.Keys.ImportKey, name="k",
                            cipher=algorithm, material=half + half)

    def test_name_that_is_taken(self):
        self.create_key("k", cipher=GCM)
        self.refuse("ALREADY_EXISTS", "KEY_EXISTS", self.api.Keys.CreateKey,
                    name="k", cipher=GCM)
        self.refuse("ALREADY_EXISTS", "KEY_EXISTS", self.api.Keys.ImportKey,
                    name="k", hmac="HASH_ALGORITHM_SM3", material=b"x")

    def test_destroying_what_is_not_there(self):
        for name in ("k", "", "x" * 1_000):
            self.refuse("NOT_FOUND", "KEY_NOT_FOUND",
                        self.api.Keys.DestroyKey, name=name)

    def test_rotations_that_cannot_be(self):
        for name in ("k", "", "x" * 1_000):
            self.refuse("NOT_FOUND", "KEY_NOT_FOUND", self.api.Keys.RotateKey,
                        name=name)
        first, second = case.noise(32, 1), case.noise(32, 2)
        self.import_key("k", first, cipher=GCM)
        for material in (first, case.noise(31), case.noise(33)):
            self.refuse("INVALID_ARGUMENT", "KEY_INVALID",
                        self.api.Keys.RotateKey, name="k", material=material)
        key = self.api.Keys.RotateKey(name="k", material=second).key
        self.assertEqual([v.imported for v in key.versions], [True, True])
        key = self.api.Keys.RotateKey(name="k").key
        self.assertEqual(key.newest_version, 3)
        failure = self.refuse("RESOURCE_EXHAUSTED", "KEYS_LIMIT",
                              self.api.Keys.RotateKey, name="k")
        self.assertIn("keys.max_keys = 3", failure.violations[0][1])

    def test_more_keys_than_the_limit(self):
        for name in "abc":
            self.create_key(name, cipher=GCM)
        failure = self.refuse("RESOURCE_EXHAUSTED", "KEYS_LIMIT",
                              self.api.Keys.CreateKey, name="d", cipher=GCM)
        self.assertIn("3", failure.violations[0][1])
        self.refuse("RESOURCE_EXHAUSTED", "KEYS_LIMIT", self.api.Keys.ImportKey,
                    name="d", cipher=GCM, material=bytes(32))


if __name__ == "__main__":
    unittest.main()
