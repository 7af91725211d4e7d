"""The base of tests that share one daemon, and inputs that many use."""

import os
import random
import unittest

import grpc

from tests.support import daemon as daemon_lib
from tests.support import reflection

UNAUTHENTICATED = ("XTS", "CTR", "CBC")
AEADS = ("GCM", "CCM", "POLY1305")


def noise(size, seed=1):
    """`size` bytes that do not compress, the same ones for one seed."""
    return random.Random(seed).randbytes(size)


def text(size, seed=1):
    """`size` bytes of something like language, the same ones for one seed."""
    source = random.Random(seed)
    words = [bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz",
                                  k=source.randint(1, 9)))
             for _ in range(800)]
    out, length = [], 0
    while length < size:
        word = words[min(int(source.expovariate(0.01)), 799)]
        out.append(word)
        length += len(word) + 1
    return b" ".join(out)[:size].ljust(size, b".")


def is_aead(algorithm):
    return algorithm.endswith(AEADS)


def key_bytes(algorithm):
    """The length of a key of cipher `algorithm`, as keys.proto has it."""
    if "CHACHA20" in algorithm:
        return 32
    size = 32 if "_256_" in algorithm else 16
    return size * 2 if algorithm.endswith("XTS") else size


def nonce_bytes(algorithm):
    """The length of the nonces that the daemon makes for `algorithm`."""
    if "XAES" in algorithm:
        return 24
    return 12 if is_aead(algorithm) else 16


class DaemonTest(unittest.TestCase):
    """One daemon for all tests of a class, as `cls.daemon` and `cls.api`."""

    CONFIG = ""
    DEVICE = daemon_lib.SOFT_DEVICE

    @classmethod
    def setUpClass(cls):
        cls.daemon = daemon_lib.Daemon(cls.CONFIG, device=cls.DEVICE)
        try:
            cls.daemon.start()
            cls.api = cls.daemon.client()
        except BaseException:
            cls.daemon.kill()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print("daemon log:\n" + self.daemon.log()[-8000:], flush=True)
        return result

    def refuse(self, code, reason, method, **fields):
        """Asserts that the call fails like that; returns its Failure."""
        with self.assertRaises(grpc.RpcError) as caught:
            method(**fields)
        return self.check_failure(caught.exception, code, reason)

    def check_failure(self, error, code, reason):
        failure = reflection.failure(error)
        self.assertEqual(
            (failure.code.name, failure.domain, failure.reason),
            (code, "uacced", reason), failure)
        self.assertTrue(failure.message, "an error without a message")
        return failure

    def ciphers(self):
        """Every cipher of the API, so that none can be forgotten."""
        return self.api.enum_names("CipherAlgorithm")[1:]

    def hashes(self):
        return self.api.enum_names("HashAlgorithm")[1:]

    def formats(self):
        return self.api.enum_names("CompressionFormat")[1:]

    def import_key(self, name, material, **fields):
        self.api.Keys.ImportKey(name=name, material=material, **fields)
        self.addCleanup(self.api.Keys.DestroyKey, name=name)
        return name

    def create_key(self, name, **fields):
        self.api.Keys.CreateKey(name=name, **fields)
        self.addCleanup(self.api.Keys.DestroyKey, name=name)
        return name

    def assert_answers(self, api=None):
        """A good request is still answered well."""
        block = os.urandom(1000)
        answer = (api or self.api).Accelerator.Copy(input=block)
        self.assertEqual(answer.output, block)
