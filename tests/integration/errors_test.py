"""Every refusal that proto/uacced/v1 documents is that refusal.

Proves that each wrong field, corrupt input, missing permission and reached
limit ends in the documented canonical code with a google.rpc.ErrorInfo of
domain "uacced" and its reason, that limits on work in flight carry QuotaFailure
and RetryInfo, that a failed decryption tells nothing, and that the daemon goes
on answering after each of them.
"""

import gzip
import unittest
import zlib

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import reflection

GCM = "CIPHER_ALGORITHM_AES_256_GCM"
CCM = "CIPHER_ALGORITHM_AES_128_CCM"
CTR = "CIPHER_ALGORITHM_AES_128_CTR"
CBC = "CIPHER_ALGORITHM_AES_128_CBC"
XTS = "CIPHER_ALGORITHM_AES_256_XTS"
GZIP = "COMPRESSION_FORMAT_GZIP"
UNKNOWN_ENUM = 99


class CompressionErrorsTest(case.DaemonTest):

    def tearDown(self):
        self.assert_answers()

    def test_format_is_required(self):
        for value in (0, UNKNOWN_ENUM):
            self.refuse("INVALID_ARGUMENT", None,
                        self.api.Accelerator.Compress, input=b"x",
                        format=value)
        self.refuse("INVALID_ARGUMENT", None,
                    self.api.Accelerator.Decompress,
                    input=gzip.compress(b"x"), format=UNKNOWN_ENUM)

    def test_level_out_of_range(self):
        for name, levels in (("GZIP", (-1, 13)), ("ZLIB", (-1, 13)),
                             ("DEFLATE", (-1, 13)), ("ZSTD", (0, 20, -5)),
                             ("LZ4", (-1, 13, 2**31 - 1, -2**31))):
            for level in levels:
                with self.subTest(format=name, level=level):
                    failure = self.refuse(
                        "INVALID_ARGUMENT", None,
                        self.api.Accelerator.Compress, input=b"x",
                        format="COMPRESSION_FORMAT_" + name, level=level)
                    self.assertEqual(failure.metadata["field"], "level")

    def corrupt(self, data, name):
        self.refuse("INVALID_ARGUMENT", "CORRUPT_INPUT",
                    self.api.Accelerator.Decompress, input=data, format=name)

    def test_corrupt_input(self):
        plain = case.text(20_000) + case.noise(500)
        for name in self.formats():
            good = self.api.Accelerator.Compress(
                input=plain, format=name).output
            with self.subTest(format=name):
                self.corrupt(b"", name)
                self.corrupt(b"\x00" * 40, name)
                self.corrupt(case.noise(5_000), name)
                self.corrupt(good + b"garbage", name)
                self.corrupt(good + b"\x00", name)
                for cut in (1, 2, 9, len(good) // 2, len(good) - 1):
                    self.corrupt(good[:-cut], name)

    def test_checksum_mismatch(self):
        plain = case.noise(3_000)
        for name in self.formats():
            if name.endswith("DEFLATE"):
                continue  # Has no checksum.
            good = self.api.Accelerator.Compress(
                input=plain, format=name).output
            middle = len(good) // 2
            flipped = bytearray(good)
            flipped[middle] ^= 1
            with self.subTest(format=name):
                self.corrupt(bytes(flipped), name)

    def test_format_that_cannot_be_detected(self):
        raw = zlib.compress(b"hello")[2:-4]
        for data in (raw, b"", b"plain text", b"\x1f"):
            self.corrupt(data, 0)

    def test_named_format_is_not_guessed_around(self):
        packed = gzip.compress(b"hello")
        for name in self.formats():
            if name != GZIP:
                with self.subTest(format=name):
                    self.corrupt(packed, name)

    def test_output_past_the_callers_limit(self):
        plain = bytes(1_000_000)
        for name in self.formats():
            packed = self.api.Accelerator.Compress(
                input=plain, format=name).output
            for limit in (1, 4096, len(plain) - 1):
                with self.subTest(format=name, limit=limit):
                    self.refuse("OUT_OF_RANGE", None,
                                self.api.Accelerator.Decompress,
                                input=packed, format=name,
                                max_output_bytes=limit)

    def test_limit_above_the_daemons(self):
        failure = self.refuse(
            "RESOURCE_EXHAUSTED", None, self.api.Accelerator.Decompress,
            input=gzip.compress(b"x"), max_output_bytes=(64 << 20) + 1)
        self.assertTrue(failure.violations, failure)
        self.refuse("RESOURCE_EXHAUSTED", None,
                    self.api.Accelerator.Decompress,
                    input=gzip.compress(b"x"), max_output_bytes=2**64 - 1)


class CipherErrorsTest(case.DaemonTest):

    def setUp(self):
        self.create_key("gcm", cipher=GCM)
        self.create_key("gcm-n", cipher=GCM, caller_nonce=True)
        self.create_key("ccm-n", cipher=CCM, caller_nonce=True)
        self.create_key("cbc", cipher=CBC)
        self.create_key("mac", hmac="HASH_ALGORITHM_SHA256")

    def tearDown(self):
        self.assert_answers()

    def encrypt(self, code, reason, **fields):
        fields.setdefault("plaintext", b"sixteen bytes xx")
        return self.refuse(code, reason, self.api.Accelerator.Encrypt,
                           **fields)

    def decrypt(self, code, reason, **fields):
        return self.refuse(code, reason, self.api.Accelerator.Decrypt,
                           **fields)

    def test_unknown_key(self):
        for name in ("nobody", "gcm ", "GCM", "../gcm", "x" * 100_000):
            self.encrypt("NOT_FOUND", "KEY_NOT_FOUND", key=name)
            self.decrypt("NOT_FOUND", "KEY_NOT_FOUND", key=name,
                         ciphertext=b"x", nonce=bytes(12), tag=bytes(16))
            self.refuse("NOT_FOUND", "KEY_NOT_FOUND",
                        self.api.Accelerator.Digest, key=name, input=b"x")

    def test_key_of_another_use_or_algorithm(self):
        self.encrypt("INVALID_ARGUMENT", None, key="gcm", algorithm=CCM)
        self.encrypt("INVALID_ARGUMENT", None, key="gcm",
                     algorithm=UNKNOWN_ENUM)
        self.decrypt("INVALID_ARGUMENT", None, key="gcm", algorithm=CTR,
                     nonce=bytes(16), ciphertext=b"x",
                     allow_unauthenticated=True)
        self.encrypt("INVALID_ARGUMENT", None, key="mac")
        self.refuse("INVALID_ARGUMENT", None, self.api.Accelerator.Digest,
                    key="gcm", input=b"x")

    def test_unauthenticated_needs_permission_both_ways(self):
        for algorithm in self.ciphers():
            if case.is_aead(algorithm):
                continue
            key = self.create_key(algorithm, cipher=algorithm)
            with self.subTest(algorithm=algorithm):
                self.encrypt("PERMISSION_DENIED", None, key=key)
                self.decrypt("PERMISSION_DENIED", None, key=key,
                             ciphertext=bytes(32), nonce=bytes(16))

    def test_nonce_needs_a_key_with_caller_nonce(self):
        self.encrypt("PERMISSION_DENIED", None, key="gcm", nonce=bytes(12))

    def test_key_with_caller_nonce_needs_a_nonce(self):
        self.encrypt("INVALID_ARGUMENT", None, key="gcm-n")

    def test_nonce_length(self):
        good = {"GCM": range(1, 129), "CCM": range(7, 14),
                "POLY1305": [12], "XTS": [16], "CTR": [16], "CBC": [16]}
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm,
                                  caller_nonce=True)
            lengths = good[algorithm.rpartition("_")[2]]
            fields = {"key": key, "plaintext": bytes(16),
                      "allow_unauthenticated": not case.is_aead(algorithm)}
            tag = {"tag": bytes(16)} if case.is_aead(algorithm) else {}
            with self.subTest(algorithm=algorithm):
                for size in (lengths[0], lengths[-1]):
                    self.api.Accelerator.Encrypt(nonce=bytes(size), **fields)
                for size in (lengths[0] - 1, lengths[-1] + 1, 1_000):
                    self.encrypt("INVALID_ARGUMENT", None,
                                 nonce=bytes(size), **fields)
                    self.decrypt(
                        "INVALID_ARGUMENT", None, key=key,
                        nonce=bytes(size), ciphertext=bytes(16),
                        allow_unauthenticated=fields["allow_unauthenticated"],
                        **tag)

    def test_tag_length(self):
        bad = {"GCM": (1, 11, 17), "CCM": (1, 4, 6, 7, 9, 15, 17, 18),
               "POLY1305": (1, 12, 15, 17)}
        for algorithm in filter(case.is_aead, self.ciphers()):
            key = self.create_key(algorithm, cipher=algorithm)
            for size in bad[algorithm.rpartition("_")[2]] + (2**32 - 1,):
                with self.subTest(algorithm=algorithm, tag_bytes=size):
                    self.encrypt("INVALID_ARGUMENT", None, key=key,
                                 tag_bytes=size)
                    self.decrypt("INVALID_ARGUMENT", None, key=key,
                                 ciphertext=b"x", nonce=bytes(12),
                                 tag=bytes(min(size, 40)))
            self.decrypt("INVALID_ARGUMENT", None, key=key, ciphertext=b"x",
                         nonce=bytes(12))

    def test_associated_data(self):
        self.encrypt("INVALID_ARGUMENT", None, key="gcm",
                     associated_data=bytes(65_537))
        self.decrypt("INVALID_ARGUMENT", None, key="gcm", ciphertext=b"x",
                     nonce=bytes(12), tag=bytes(16),
                     associated_data=bytes(65_537))
        self.encrypt("INVALID_ARGUMENT", None, key="cbc",
                     associated_data=b"x", allow_unauthenticated=True)
        self.decrypt("INVALID_ARGUMENT", None, key="cbc", nonce=bytes(16),
                     ciphertext=bytes(16), associated_data=b"x",
                     allow_unauthenticated=True)

    def test_lengths_that_a_mode_cannot_take(self):
        for algorithm in self.ciphers():
            key = self.create_key(algorithm, cipher=algorithm)
            fields = {"key": key, "allow_unauthenticated": True}
            with self.subTest(algorithm=algorithm):
                if algorithm.endswith("XTS"):
                    for size in (0, 1, 15):
                        self.encrypt("INVALID_ARGUMENT", None,
                                     plaintext=bytes(size), **fields)
                        self.decrypt("INVALID_ARGUMENT", None,
                                     ciphertext=bytes(size),
                                     nonce=bytes(16), **fields)
                elif algorithm.endswith("CBC"):
                    for size in (1, 15, 17, 4_095):
                        self.encrypt("INVALID_ARGUMENT", None,
                                     plaintext=bytes(size),
                                     padding="PADDING_NONE", **fields)
                        for padding in (0, 1, 2):
                            self.decrypt("INVALID_ARGUMENT", None,
                                         ciphertext=bytes(size),
                                         nonce=bytes(16), padding=padding,
                                         **fields)

    def test_ccm_message_length_follows_from_the_nonce(self):
        # The length field has 15 - nonce bytes (RFC 3610).
        self.api.Accelerator.Encrypt(key="ccm-n", nonce=bytes(13),
                                     plaintext=bytes(65_535))
        self.encrypt("INVALID_ARGUMENT", None, key="ccm-n", nonce=bytes(13),
                     plaintext=bytes(65_536))
        self.create_key("ccm", cipher=CCM)
        self.api.Accelerator.Encrypt(key="ccm", plaintext=bytes(16_777_215))
        self.encrypt("INVALID_ARGUMENT", None, key="ccm",
                     plaintext=bytes(16_777_216))

    def test_unknown_padding(self):
        self.encrypt("INVALID_ARGUMENT", None, key="cbc",
                     padding=UNKNOWN_ENUM, allow_unauthenticated=True)

    def test_decrypt_needs_the_nonce(self):
        self.decrypt("INVALID_ARGUMENT", None, key="gcm", ciphertext=b"x",
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
                self.decrypt("INVALID_ARGUMENT", "DECRYPT_FAILED",
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
                self.decrypt("INVALID_ARGUMENT", "DECRYPT_FAILED", key=key,
                             ciphertext=sealed.ciphertext,
                             nonce=sealed.nonce, allow_unauthenticated=True)
                self.decrypt("INVALID_ARGUMENT", None, key=key,
                             ciphertext=b"", nonce=sealed.nonce,
                             allow_unauthenticated=True)

    def test_digest(self):
        digest = self.api.Accelerator.Digest
        self.refuse("INVALID_ARGUMENT", None, digest, input=b"x")
        self.refuse("INVALID_ARGUMENT", None, digest, input=b"x",
                    algorithm=UNKNOWN_ENUM)
        self.refuse("INVALID_ARGUMENT", None, digest, input=b"x", key="mac",
                    algorithm="HASH_ALGORITHM_SHA512")


class KeyErrorsTest(case.DaemonTest):

    CONFIG = "keys { max_keys: 3 }"

    def test_bad_names(self):
        for name in ("", ".", "-x", ".x", "x" * 65, "a b", "a/b", "a\n",
                     "\u00e9", "a\0b"):
            with self.subTest(name=name):
                self.refuse("INVALID_ARGUMENT", None,
                            self.api.Keys.CreateKey, name=name, cipher=GCM)
                self.refuse("INVALID_ARGUMENT", None,
                            self.api.Keys.ImportKey, name=name, cipher=GCM,
                            material=bytes(32))

    def test_use_is_required(self):
        for use in ({}, {"cipher": 0}, {"hmac": 0}, {"cipher": UNKNOWN_ENUM},
                    {"hmac": UNKNOWN_ENUM}):
            with self.subTest(use=use):
                self.refuse("INVALID_ARGUMENT", None,
                            self.api.Keys.CreateKey, name="k", **use)
                self.refuse("INVALID_ARGUMENT", None,
                            self.api.Keys.ImportKey, name="k",
                            material=bytes(32), **use)

    def test_length_of_material(self):
        for algorithm in self.ciphers():
            right = case.key_bytes(algorithm)
            for size in (0, 1, right - 1, right + 1, 24, 100_000):
                with self.subTest(algorithm=algorithm, size=size):
                    self.refuse("INVALID_ARGUMENT", None,
                                self.api.Keys.ImportKey, name="k",
                                cipher=algorithm, material=case.noise(size))
        for size in (0, 257):
            self.refuse("INVALID_ARGUMENT", None, self.api.Keys.ImportKey,
                        name="k", hmac="HASH_ALGORITHM_SHA256",
                        material=case.noise(size))

    def test_halves_of_xts_must_differ(self):
        for algorithm in self.ciphers():
            if algorithm.endswith("XTS"):
                half = case.noise(case.key_bytes(algorithm) // 2)
                self.refuse("INVALID_ARGUMENT", None,
                            self.api.Keys.ImportKey, name="k",
                            cipher=algorithm, material=half + half)

    def test_name_that_is_taken(self):
        self.create_key("k", cipher=GCM)
        self.refuse("ALREADY_EXISTS", None, self.api.Keys.CreateKey,
                    name="k", cipher=GCM)
        self.refuse("ALREADY_EXISTS", None, self.api.Keys.ImportKey,
                    name="k", hmac="HASH_ALGORITHM_SM3", material=b"x")

    def test_destroying_what_is_not_there(self):
        for name in ("k", "", "x" * 1_000):
            self.refuse("NOT_FOUND", "KEY_NOT_FOUND",
                        self.api.Keys.DestroyKey, name=name)

    def test_more_keys_than_the_limit(self):
        for name in "abc":
            self.create_key(name, cipher=GCM)
        failure = self.refuse("RESOURCE_EXHAUSTED", None,
                              self.api.Keys.CreateKey, name="d", cipher=GCM)
        self.assertIn("3", failure.violations[0][1])
        self.refuse("RESOURCE_EXHAUSTED", None, self.api.Keys.ImportKey,
                    name="d", cipher=GCM, material=bytes(32))


class LimitsTest(case.DaemonTest):

    CONFIG = """limits {
        max_message_bytes: 1048576
        max_output_bytes: 1048576
        max_bytes: 4194304
        max_jobs: 4
    }"""

    def test_oversized_message(self):
        # gRPC itself refuses this one, before there is a call to detail.
        with self.assertRaises(grpc.RpcError) as caught:
            self.api.Accelerator.Copy(input=bytes(1_300_000))
        self.assertEqual(caught.exception.code(),
                         grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assert_answers()

    def test_output_past_the_daemons_limit(self):
        packed = gzip.compress(bytes(1_048_577))
        self.refuse("OUT_OF_RANGE", None, self.api.Accelerator.Decompress,
                    input=packed)
        packed = gzip.compress(bytes(1_048_576))
        self.assertEqual(
            self.api.Accelerator.Decompress(input=packed).output,
            bytes(1_048_576))

    def flood(self, method, count, **fields):
        """Returns the failures of `count` calls at once; the others are OK."""
        calls = [method.future(**fields) for _ in range(count)]
        errors = [call.exception() for call in calls]
        self.assertIn(None, errors)
        return [e for e in errors if e is not None]

    def test_jobs_in_flight(self):
        errors = self.flood(
            self.api.Accelerator.Compress, 40, input=case.text(30_000),
            format="COMPRESSION_FORMAT_ZSTD", level=19)
        self.assertTrue(errors, "40 calls at once never were 5 in flight")
        for error in errors:
            failure = self.check_failure(error, "RESOURCE_EXHAUSTED",
                                         "JOBS_LIMIT")
            self.assertGreater(failure.retry_delay_s, 0)
            self.assertEqual(failure.violations,
                             [("daemon", "limits.max_jobs = 4")])
        self.assert_answers()

    def test_bytes_in_flight(self):
        # Each needs 2 MB of the 4 MiB.
        errors = self.flood(
            self.api.Accelerator.Compress, 30, input=case.noise(1_000_000),
            format="COMPRESSION_FORMAT_ZSTD", level=12)
        reasons = {reflection.failure(e).reason for e in errors}
        self.assertIn("BYTES_LIMIT", reasons)
        self.assertLessEqual(reasons, {"BYTES_LIMIT", "JOBS_LIMIT"})
        for error in errors:
            failure = reflection.failure(error)
            self.assertGreater(failure.retry_delay_s, 0)
            self.assertTrue(failure.violations)
        status = self.api.Admin.GetStatus()
        self.assertEqual((status.jobs_in_flight, status.bytes_in_flight),
                         (0, 0))


class BombTest(unittest.TestCase):

    def test_bomb_is_refused_before_it_takes_memory(self):
        # 256 MiB of zeros in 256 KiB, against a limit of 1 MiB: were it ever
        # unpacked, the daemon's memory would show it.
        packer = zlib.compressobj(9, wbits=31)
        block = bytes(1 << 20)
        bomb = b"".join(packer.compress(block) for _ in range(256))
        bomb += packer.flush()
        with daemon_lib.Daemon(
                "limits { max_message_bytes: 1048576 "
                "max_output_bytes: 1048576 }") as daemon:
            api = daemon.client()
            before = daemon.resident_bytes()
            for _ in range(20):
                with self.assertRaises(grpc.RpcError) as caught:
                    api.Accelerator.Decompress(input=bomb)
                self.assertEqual(caught.exception.code(),
                                 grpc.StatusCode.OUT_OF_RANGE)
            self.assertLess(daemon.resident_bytes() - before, 64 << 20)


if __name__ == "__main__":
    unittest.main()
