"""What CompressStream, DecompressStream and DigestStream give.

Proves:
 - what comes out of CompressStream, for every format, length and division, is
   read by gzip, zstd, lz4 and zlib, and by DecompressStream;
 - DecompressStream reads what those wrote, members one after the other too, and
   finds damage;
 - no way of cutting the input into messages changes what it stands for;
 - digests are those of the whole input;
 - checksums of messages are checked and given; messages are of a size that any
   client takes; options are validated.
"""

import hashlib
import hmac
import unittest

import grpc

from tests.support import case
from tests.support import stream_case
from tests.support import streams

BLOCK = stream_case.BLOCK
pack = stream_case.pack
unpack = stream_case.unpack


class CompressTest(stream_case.StreamTest):

    SIZES = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 1_000_003)

    def test_others_read_every_length(self):
        for kind in self.KINDS:
            for size in self.SIZES:
                with self.subTest(kind=kind, size=size):
                    data = case.text(size, seed=size)
                    packed, summary = self.compress(data, kind,
                                                    block_bytes=BLOCK)
                    self.assertEqual(unpack(kind, packed), data)
                    self.assertEqual(summary.input_bytes, size)
                    self.assertEqual(summary.output_bytes, len(packed))
                    self.assertEqual(summary.executions[0].device
                                     if summary.executions else "cpu", "cpu")
                    blocks = (size + BLOCK - 1) // BLOCK
                    self.assertEqual(
                        summary.block_count,
                        max(blocks, 1) if kind == "ZSTD" else blocks)

    def test_others_read_every_level(self):
        data = case.text(300_000)
        for kind, levels in (("GZIP", range(13)), ("ZSTD", (1, 3, 9, 19)),
                             ("LZ4", range(13)), ("ZLIB", (1, 6, 12))):
            for level in levels:
                with self.subTest(kind=kind, level=level):
                    packed, _ = self.compress(data, kind, level=level,
                                              block_bytes=BLOCK)
                    self.assertEqual(unpack(kind, packed), data)

    def test_noise_grows_little(self):
        data = case.noise(5_000_000)
        for kind in self.KINDS:
            packed, _ = self.compress(data, kind)
            self.assertLess(len(packed), len(data) * 1.002, kind)
            self.assertEqual(unpack(kind, packed), data)

    def test_verified_blocks_are_the_same(self):
        data = case.text(1_000_000)
        for kind in self.KINDS:
            packed, _ = self.compress(data, kind, verify=True,
                                      block_bytes=BLOCK)
            self.assertEqual(unpack(kind, packed), data)

    def test_any_cut_of_the_input_is_the_same_input(self):
        data = case.text(400_000)
        for seed in range(12):
            kind = self.KINDS[seed % len(self.KINDS)]
            packed, _ = self.compress(
                data, kind, {"seed": seed, "piece": 150_000},
                block_bytes=BLOCK)
            self.assertEqual(unpack(kind, packed), data, (kind, seed))

    def test_serial_division_compresses_better(self):
        data = case.text(2_000_000)
        for kind in self.KINDS:
            with self.subTest(kind=kind):
                serial, _ = self.compress(data, kind,
                                          division="DIVISION_SERIAL")
                self.assertEqual(unpack(kind, serial), data)
                blocks, _ = self.compress(data, kind, block_bytes=BLOCK)
                self.assertLess(len(serial), len(blocks) * 1.01)
                empty, _ = self.compress(b"", kind,
                                         division="DIVISION_SERIAL")
                self.assertEqual(unpack(kind, empty), b"")

    def test_many_blocks_at_once_come_out_in_order(self):
        data = case.text(64 * BLOCK * 4)
        packed, summary = self.compress(data, "GZIP", {"piece": 1_000_000},
                                        block_bytes=BLOCK, level=1)
        self.assertEqual(unpack("GZIP", packed), data)
        self.assertEqual(summary.block_count, 256)
        self.assert_idle()

    def test_a_client_with_grpcs_own_limits_is_served(self):
        channel = grpc.insecure_channel(self.daemon.target)
        self.addCleanup(channel.close)
        data = case.noise(20_000_000)
        method = self.api.Accelerator.CompressStream
        call = channel.stream_stream(
            "/uacced.v1.Accelerator/CompressStream",
            method.request_class.SerializeToString, method.response_class
            .FromString)
        packed, _ = streams.collect(call(
            method.request_class(**fields) for fields in streams.messages(
                data, {"format": "COMPRESSION_FORMAT_ZSTD",
                       "block_bytes": 16_777_216}, piece=3_000_000)))
        self.assertEqual(unpack("ZSTD", packed), data)

    def test_options_are_validated(self):
        good = {"format": "COMPRESSION_FORMAT_GZIP"}
        method = self.api.Accelerator.CompressStream
        for options, reason in (
                ({}, "FORMAT_REQUIRED"),
                ({"format": 99}, "FORMAT_REQUIRED"),
                (dict(good, level=13), "LEVEL_OUT_OF_RANGE"),
                (dict(good, division=7), "DIVISION_UNKNOWN"),
                (dict(good, block_bytes=65_535), "BLOCK_BYTES_OUT_OF_RANGE"),
                (dict(good, block_bytes=16_777_217),
                 "BLOCK_BYTES_OUT_OF_RANGE"),
                (dict(good, division="DIVISION_SERIAL", verify=True),
                 "VERIFY_NOT_SERIAL"),
                (dict(good, division="DIVISION_SERIAL", block_bytes=65_536),
                 "BLOCK_BYTES_NOT_SERIAL")):
            self.refuse_stream("INVALID_ARGUMENT", reason, method,
                               [{"input": b"x", "options": options}])
        self.refuse_stream("INVALID_ARGUMENT", "FORMAT_REQUIRED", method,
                           [{"input": b"x"}])
        self.refuse_stream("INVALID_ARGUMENT", "FORMAT_REQUIRED", method, [])
        self.refuse_stream("INVALID_ARGUMENT", "OPTIONS_TWICE", method,
                           [{"options": good}, {"options": good}])
        self.assert_idle()

    def test_checksums_of_messages_are_checked_and_given(self):
        data = case.text(1000)
        options = {"format": "COMPRESSION_FORMAT_GZIP"}
        method = self.api.Accelerator.CompressStream
        responses = list(method.stream([
            {"input": data, "options": options,
             "payload_crc32c": streams.crc32c(data)}]))
        for response in responses[:-1]:
            self.assertEqual(response.payload_crc32c,
                             streams.crc32c(response.output))
        self.assertTrue(responses[-1].HasField("summary"))
        self.refuse_stream("DATA_LOSS", "CRC32C_MISMATCH", method, [
            {"input": data, "options": options},
            {"input": data, "payload_crc32c": streams.crc32c(data) ^ 1}])
        plain = list(method.stream([{"input": data, "options": options}]))
        self.assertFalse(plain[0].HasField("payload_crc32c"))


class DecompressTest(stream_case.StreamTest):

    def test_reads_what_others_wrote(self):
        for kind in self.KINDS:
            for size in (0, 1, 1000, 3_000_000):
                with self.subTest(kind=kind, size=size):
                    data = case.text(size, seed=size)
                    names = (kind,) if kind == "DEFLATE" else (kind, None)
                    for name in names:
                        out, summary = self.decompress(pack(kind, data), name)
                        self.assertEqual(out, data)
                        self.assertEqual(
                            self.api.enum_name("CompressionFormat",
                                               summary.format),
                            "COMPRESSION_FORMAT_" + kind)

    def test_reads_what_compress_stream_wrote(self):
        data = case.text(2_500_000)
        for kind in self.KINDS:
            for division in ("DIVISION_PARALLEL", "DIVISION_SERIAL"):
                packed, _ = self.compress(data, kind, division=division)
                self.assertEqual(self.decompress(packed, kind)[0], data)

    def test_members_one_after_the_other_are_read(self):
        parts = [case.text(70_000, seed=i) for i in range(4)] + [b""]
        for kind in ("GZIP", "ZSTD", "LZ4"):
            packed = b"".join(pack(kind, part) for part in parts)
            self.assertEqual(self.decompress(packed)[0], b"".join(parts), kind)

    def test_any_cut_of_the_input_is_the_same_input(self):
        data = case.text(200_000)
        for kind in self.KINDS:
            packed = pack(kind, data)
            for seed in range(3):
                out, _ = self.decompress(
                    packed, kind if kind == "DEFLATE" else None,
                    {"seed": seed, "piece": 1 + seed * 5000})
                self.assertEqual(out, data, (kind, seed))

    def test_what_grows_much_is_bounded(self):
        packed = pack("GZIP", bytes(50_000_000))
        out, _ = self.decompress(packed)
        self.assertEqual(len(out), 50_000_000)
        out, _ = self.decompress(packed, max_output_bytes=50_000_000)
        self.assertEqual(len(out), 50_000_000)
        self.refuse_stream(
            "OUT_OF_RANGE", "OUTPUT_TOO_LARGE",
            self.api.Accelerator.DecompressStream,
            [{"input": packed, "options": {"max_output_bytes": 49_999_999}}])

    def test_damage_is_found(self):
        method = self.api.Accelerator.DecompressStream
        data = case.text(300_000)
        for kind in ("GZIP", "ZLIB", "ZSTD", "LZ4"):
            packed = pack(kind, data)
            for bad in (packed[:-1], packed[:len(packed) // 2],
                        packed + b"x"):
                with self.subTest(kind=kind, size=len(bad)):
                    self.refuse_stream("INVALID_ARGUMENT", "CORRUPT_INPUT",
                                       method, streams.messages(bad))
        self.refuse_stream("INVALID_ARGUMENT", "CORRUPT_INPUT", method, [])
        self.refuse_stream("INVALID_ARGUMENT", "FORMAT_NOT_DETECTED", method,
                           [{"input": b"plain text"}])
        self.assert_idle()


class DigestTest(stream_case.StreamTest):

    def test_digests_are_those_of_the_whole(self):
        data = case.noise(3_000_001)
        method = self.api.Accelerator.DigestStream
        for name in ("SHA1", "SHA256", "SHA512", "SM3"):
            for size in (0, 1, len(data)):
                out, summary = streams.run(
                    method, data[:size],
                    {"algorithm": "HASH_ALGORITHM_" + name}, seed=size)
                self.assertEqual(out,
                                 hashlib.new(name, data[:size]).digest())
                self.assertEqual(summary.input_bytes, size)
        key = self.import_key("mac", b"k" * 33, hmac="HASH_ALGORITHM_SHA256")
        out, summary = streams.run(method, data, {"key": key})
        self.assertEqual(out, hmac.digest(b"k" * 33, data, "sha256"))
        self.assertEqual((summary.key, summary.key_version), (key, 1))
        self.refuse_stream("INVALID_ARGUMENT", "ALGORITHM_REQUIRED", method,
                           [{"input": b"x"}])
        self.refuse_stream("NOT_FOUND", "KEY_NOT_FOUND", method,
                           [{"options": {"key": "none"}}])


if __name__ == "__main__":
    unittest.main()
