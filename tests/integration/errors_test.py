"""Every refusal that proto/uacced/v1 documents is that refusal.

Proves that each wrong field, corrupt input and reached limit ends in the
documented canonical code with a google.rpc.ErrorInfo of domain "uacced" and its
reason, that limits on work in flight carry QuotaFailure and RetryInfo, that a
bomb takes no memory, and that the daemon goes on answering after each of them.
Refusals of keys and ciphers are in crypto_errors_test.py.
"""

import gzip
import unittest
import zlib

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import reflection

GZIP = "COMPRESSION_FORMAT_GZIP"
UNKNOWN_ENUM = 99


class CompressionErrorsTest(case.DaemonTest):

    def tearDown(self):
        self.assert_answers()

    def test_format_is_required(self):
        for value in (0, UNKNOWN_ENUM):
            self.refuse("INVALID_ARGUMENT", "FORMAT_REQUIRED",
                        self.api.Accelerator.Compress, input=b"x",
                        format=value)
        self.refuse("INVALID_ARGUMENT", "FORMAT_REQUIRED",
                    self.api.Accelerator.Decompress,
                    input=gzip.compress(b"x"), format=UNKNOWN_ENUM)

    def test_level_out_of_range(self):
        for name, levels in (("GZIP", (-1, 13)), ("ZLIB", (-1, 13)),
                             ("DEFLATE", (-1, 13)), ("ZSTD", (0, 20, -5)),
                             ("LZ4", (-1, 13, 2**31 - 1, -2**31))):
            for level in levels:
                with self.subTest(format=name, level=level):
                    failure = self.refuse(
                        "INVALID_ARGUMENT", "LEVEL_OUT_OF_RANGE",
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
        for data in (raw, b"plain text", b"\x1f", bytes(20)):
            self.refuse("INVALID_ARGUMENT", "FORMAT_NOT_DETECTED",
                        self.api.Accelerator.Decompress, input=data)
        self.corrupt(b"", 0)

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
                    self.refuse("OUT_OF_RANGE", "OUTPUT_TOO_LARGE",
                                self.api.Accelerator.Decompress,
                                input=packed, format=name,
                                max_output_bytes=limit)

    def test_limit_above_the_daemons(self):
        for limit in ((64 << 20) + 1, 2**64 - 1):
            self.refuse("RESOURCE_EXHAUSTED", "OUTPUT_LIMIT_TOO_LARGE",
                        self.api.Accelerator.Decompress,
                        input=gzip.compress(b"x"), max_output_bytes=limit)


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
        self.refuse("OUT_OF_RANGE", "OUTPUT_TOO_LARGE",
                    self.api.Accelerator.Decompress, input=packed)
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
        ours = []
        for error in errors:
            self.assertEqual(error.code(),
                             grpc.StatusCode.RESOURCE_EXHAUSTED)
            # gRPC resets streams over its own memory quota (ENHANCE_YOUR_CALM)
            # before there is a call that could be given details.
            if "RST_STREAM" not in error.details():
                ours.append(reflection.failure(error))
        self.assertIn("BYTES_LIMIT", {f.reason for f in ours})
        for failure in ours:
            self.assertIn(failure.reason, ("BYTES_LIMIT", "JOBS_LIMIT"))
            self.assertGreater(failure.retry_delay_s, 0)
            self.assertTrue(failure.violations)
        self.assert_answers()


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
