"""EncryptStream and DecryptStream against a second implementation of the file.

The format of docs/encrypted-file.md is written down here once more, on the
Python package cryptography. Proves:
 - each reads what the other wrote, for every algorithm and every edge of a
   length;
 - no file that was changed, cut, put together anew or made longer is accepted,
   and what came out before it was refused is a beginning of the plaintext;
 - keys are found by name and version, and refused when they do not fit;
 - one file is one message of its key.
"""

import struct
import unittest

import grpc
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import aead
from cryptography.hazmat.primitives.kdf import hkdf

from tests.support import case
from tests.support import reflection
from tests.support import streams

CHUNK = 4096
TAG = 16

# Name in the file, bytes of the file's key, class.
ALGORITHMS = {
    "AES_128_GCM": ("aes-128-gcm", 16, aead.AESGCM),
    "AES_256_GCM": ("aes-256-gcm", 32, aead.AESGCM),
    "AES_128_CCM": ("aes-128-ccm", 16, aead.AESCCM),
    "AES_256_CCM": ("aes-256-ccm", 32, aead.AESCCM),
    "CHACHA20_POLY1305": ("chacha20-poly1305", 32, aead.ChaCha20Poly1305),
    "XAES_256_GCM": ("xaes-256-gcm", 32, aead.AESGCM),
}


def header(name, key, version=1, chunk=CHUNK, salt=bytes(range(32))):
    return (b"UACC\x01" + bytes([len(name)]) + name.encode() +
            bytes([len(key)]) + key.encode() +
            struct.pack(">II", version, chunk) + salt)


def header_size(file):
    at = 5
    for _ in range(2):
        at += 1 + file[at]
    return at + 40


class FileKey:

    def __init__(self, secret, head, algorithm):
        _, size, engine = ALGORITHMS[algorithm]
        made = hkdf.HKDF(hashes.SHA256(), size + 7, salt=head[-32:],
                         info=head).derive(secret)
        self.engine, self.prefix = engine(made[:size]), made[size:]

    def nonce(self, index, last):
        return self.prefix + struct.pack(">IB", index, last)

    def seal(self, index, last, chunk):
        return self.engine.encrypt(self.nonce(index, last), chunk, b"")

    def open(self, index, last, chunk):
        return self.engine.decrypt(self.nonce(index, last), chunk, b"")


def cut(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)] or [b""]


def seal(secret, algorithm, data, key="k", **fields):
    head = header(ALGORITHMS[algorithm][0], key, **fields)
    file_key = FileKey(secret, head, algorithm)
    chunks = cut(data, CHUNK)
    return head + b"".join(
        file_key.seal(i, i == len(chunks) - 1, chunk)
        for i, chunk in enumerate(chunks))


def unseal(secret, algorithm, file, chunk_bytes=CHUNK):
    size = header_size(file)
    file_key = FileKey(secret, file[:size], algorithm)
    chunks = cut(file[size:], chunk_bytes + TAG)
    return b"".join(file_key.open(i, i == len(chunks) - 1, chunk)
                    for i, chunk in enumerate(chunks))


class EncryptedStreamTest(case.DaemonTest):

    def encrypt(self, data, key, how=None, **options):
        options.setdefault("chunk_bytes", CHUNK)
        return streams.run(self.api.Accelerator.EncryptStream, data,
                           dict(options, key=key), **(how or {}))

    def decrypt(self, file, how=None, **options):
        return streams.run(self.api.Accelerator.DecryptStream, file,
                           options or None, **(how or {}))

    def make_key(self, name, algorithm="AES_256_GCM"):
        secret = case.noise(ALGORITHMS[algorithm][1], seed=hash(name) % 1000)
        self.import_key(name, secret, cipher="CIPHER_ALGORITHM_" + algorithm)
        return secret

    def refused(self, file, plaintext, code="INVALID_ARGUMENT", reason=None,
                **options):
        got = []
        with self.assertRaises(grpc.RpcError) as caught:
            for response in self.api.Accelerator.DecryptStream.stream(
                    streams.messages(file, options or None)):
                got.append(response.output)
        failure = reflection.failure(caught.exception)
        self.assertEqual(failure.code.name, code, failure)
        if reason is not None:
            self.assertEqual(failure.reason, reason, failure)
        self.assertTrue(plaintext.startswith(b"".join(got)))
        return failure

    def test_each_reads_what_the_other_wrote(self):
        for algorithm in ALGORITHMS:
            secret = self.make_key(algorithm, algorithm)
            for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK,
                         10 * CHUNK + 5):
                with self.subTest(algorithm=algorithm, size=size):
                    data = case.noise(size, seed=size)
                    file, summary = self.encrypt(data, algorithm)
                    self.assertEqual(unseal(secret, algorithm, file), data)
                    self.assertEqual(
                        (summary.key, summary.key_version,
                         self.api.enum_name("CipherAlgorithm",
                                            summary.algorithm)),
                        (algorithm, 1, "CIPHER_ALGORITHM_" + algorithm))
                    self.assertEqual(self.decrypt(file)[0], data)
                    theirs = seal(secret, algorithm, data, key=algorithm)
                    out, summary = self.decrypt(theirs, {"seed": size})
                    self.assertEqual(out, data)
                    self.assertEqual(summary.output_bytes, size)

    def test_chunks_of_any_size(self):
        secret = self.make_key("k")
        data = case.noise(9_000_000)
        for chunk_bytes in (0, 4097, 4_194_304):
            file, _ = self.encrypt(data, "k", chunk_bytes=chunk_bytes)
            self.assertEqual(unseal(secret, "AES_256_GCM", file,
                                    chunk_bytes or 262_144), data)
            self.assertEqual(self.decrypt(file)[0], data)

    def test_no_two_files_are_the_same(self):
        self.make_key("k")
        first, _ = self.encrypt(b"x" * 100, "k")
        second, _ = self.encrypt(b"x" * 100, "k")
        self.assertNotEqual(first[-116:], second[-116:])

    def test_every_changed_byte_of_the_header_is_refused(self):
        self.make_key("k")
        data = case.noise(100)
        file, _ = self.encrypt(data, "k")
        for at in range(header_size(file)):
            for change in (0x01, 0x80):
                changed = bytearray(file)
                changed[at] ^= change
                with self.assertRaises(grpc.RpcError) as caught:
                    list(self.api.Accelerator.DecryptStream.stream(
                        [{"input": bytes(changed)}]))
                self.assertIn(
                    caught.exception.code(),
                    (grpc.StatusCode.INVALID_ARGUMENT,
                     grpc.StatusCode.NOT_FOUND), at)

    def test_what_was_put_together_anew_is_refused(self):
        self.make_key("k")
        data = case.noise(4 * CHUNK + 100)
        file, _ = self.encrypt(data, "k")
        other, _ = self.encrypt(data, "k")
        size = header_size(file)
        head, (a, b, c, d, e) = file[:size], cut(file[size:], CHUNK + TAG)
        others = cut(other[size:], CHUNK + TAG)
        self.assertEqual(self.decrypt(head + a + b + c + d + e)[0], data)
        for name, chunks in {
                "removed": (a, c, d, e), "first removed": (b, c, d, e),
                "last removed": (a, b, c, d), "swapped": (a, c, b, d, e),
                "twice": (a, a, b, c, d, e), "last twice": (a, b, c, d, e, e),
                "nothing": (), "last alone": (e,),
                "spliced": (a, others[1], c, d, e), "of another": others,
                "a byte more": (a, b, c, d, e, b"x"),
                "a chunk more": (a, b, c, d, e, a),
                "a file more": (a, b, c, d, e, file),
        }.items():
            with self.subTest(name):
                self.refused(head + b"".join(chunks), data,
                             reason="DECRYPT_FAILED")

    def test_every_truncation_is_refused(self):
        self.make_key("k")
        data = case.noise(2 * CHUNK)
        file, _ = self.encrypt(data, "k")
        size = header_size(file)
        lengths = set(range(size + 20))
        for end in (size + CHUNK + TAG, len(file)):
            lengths.update(range(end - 18, end + 18))
        for length in sorted(lengths):
            if length < len(file):
                self.refused(file[:length], data)

    def test_an_empty_last_chunk_is_only_for_the_empty_file(self):
        secret = self.make_key("k")
        head = header("aes-256-gcm", "k")
        file_key = FileKey(secret, head, "AES_256_GCM")
        data = case.noise(CHUNK)
        file = head + file_key.seal(0, 0, data) + file_key.seal(1, 1, b"")
        self.refused(file, data, reason="DECRYPT_FAILED")
        # And a chunk in the middle is never shorter.
        short = (head + file_key.seal(0, 0, data[:100]) +
                 file_key.seal(1, 1, data[100:]))
        self.refused(short, data, reason="DECRYPT_FAILED")

    def test_what_is_no_such_file_is_said_to_be_none(self):
        for file in (b"", b"UAC", b"plain text", b"UACC\x00" + b"x" * 100,
                     b"UACC\x02" + b"x" * 100, b"UACC\x01\xff",
                     header("aes-256-ctr", "k"), header("aes-256-gcm", ""),
                     header("aes-256-gcm", "k", chunk=4095),
                     header("aes-256-gcm", "k", chunk=4_194_305),
                     header("aes-256-gcm", "k", version=0)):
            self.refused(file, b"", reason="FILE_HEADER_INVALID")

    def test_keys_are_found_by_name_and_version(self):
        secret = self.make_key("k")
        data = case.noise(5000)
        old, _ = self.encrypt(data, "k")
        self.api.Keys.RotateKey(name="k")
        new, summary = self.encrypt(data, "k")
        self.assertEqual(summary.key_version, 2)
        self.assertEqual(self.decrypt(old)[0], data)
        self.assertEqual(self.decrypt(new)[0], data)
        self.refused(seal(secret, "AES_256_GCM", data, version=3), b"",
                     code="NOT_FOUND", reason="KEY_VERSION_NOT_FOUND")
        self.refused(seal(secret, "AES_256_GCM", data, key="gone"), b"",
                     code="NOT_FOUND", reason="KEY_NOT_FOUND")
        self.import_key("alias", secret,
                        cipher="CIPHER_ALGORITHM_AES_256_GCM")
        self.assertEqual(self.decrypt(old, key="alias")[0], data)
        self.make_key("small", "AES_128_GCM")
        self.refused(old, b"", reason="ALGORITHM_MISMATCH", key="small")

    def test_options_are_validated(self):
        self.make_key("k")
        self.import_key("caller", bytes(32), caller_nonce=True,
                        cipher="CIPHER_ALGORITHM_AES_256_GCM")
        self.create_key("xts", cipher="CIPHER_ALGORITHM_AES_256_XTS")
        self.create_key("mac", hmac="HASH_ALGORITHM_SHA256")
        for options, code, reason in (
                ({}, "INVALID_ARGUMENT", "KEY_REQUIRED"),
                ({"key": "none"}, "NOT_FOUND", "KEY_NOT_FOUND"),
                ({"key": "caller"}, "INVALID_ARGUMENT", "KEY_WRONG_USE"),
                ({"key": "xts"}, "INVALID_ARGUMENT", "KEY_WRONG_USE"),
                ({"key": "mac"}, "INVALID_ARGUMENT", "KEY_WRONG_USE"),
                ({"key": "k", "algorithm": "CIPHER_ALGORITHM_AES_128_GCM"},
                 "INVALID_ARGUMENT", "ALGORITHM_MISMATCH"),
                ({"key": "k", "chunk_bytes": 4095}, "INVALID_ARGUMENT",
                 "CHUNK_BYTES_OUT_OF_RANGE"),
                ({"key": "k", "chunk_bytes": 4_194_305}, "INVALID_ARGUMENT",
                 "CHUNK_BYTES_OUT_OF_RANGE")):
            with self.assertRaises(grpc.RpcError) as caught:
                list(self.api.Accelerator.EncryptStream.stream(
                    [{"options": options, "input": b"x"}]))
            self.check_failure(caught.exception, code, reason)

    def test_a_file_is_one_message(self):
        self.make_key("k")
        self.encrypt(case.noise(20 * CHUNK), "k")
        key = next(k for k in self.api.Keys.ListKeys().keys if k.name == "k")
        self.assertEqual(key.versions[0].messages, 1)


if __name__ == "__main__":
    unittest.main()
