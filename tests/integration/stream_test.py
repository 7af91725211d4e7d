"""CompressStream and DecompressStream, against the usual tools.

Proves:
 - what comes out of CompressStream, for every format, length and division, is
   read by gzip, zstd, lz4 and zlib, and by DecompressStream;
 - DecompressStream reads what those wrote, members one after the other too, and
   finds damage;
 - no way of cutting the input into messages changes what it stands for;
 - checksums of messages are checked and given; messages are of a size that any
   client takes; options are validated;
 - clients that are slow, stop, or leave, at whatever point, leave nothing
   behind, and one that does nothing at all is let go.
"""

import threading
import unittest
import zlib

import grpc

from tests.support import case
from tests.support import cli
from tests.support import daemon as daemon_lib
from tests.support import streams

TOOLS = {"GZIP": ["gzip", "-dc"], "ZSTD": ["zstd", "-dc"],
         "LZ4": ["lz4", "-dc"]}
PACKERS = {"GZIP": ["gzip", "-c"], "ZSTD": ["zstd", "-c"],
           "LZ4": ["lz4", "-c"]}
BLOCK = 65_536


def tool(command, data):
    return cli.run(*command, stdin=data).stdout


def unpack(kind, data):
    if kind in TOOLS:
        return tool(TOOLS[kind], data)
    engine = zlib.decompressobj(15 if kind == "ZLIB" else -15)
    out = engine.decompress(data) + engine.flush()
    assert engine.eof and not engine.unused_data
    return out


def pack(kind, data):
    if kind in PACKERS:
        return tool(PACKERS[kind], data)
    engine = zlib.compressobj(6, zlib.DEFLATED, 15 if kind == "ZLIB" else -15)
    return engine.compress(data) + engine.flush()


class StreamTest(case.DaemonTest):

    KINDS = ("GZIP", "ZLIB", "DEFLATE", "ZSTD", "LZ4")

    def compress(self, data, kind, how=None, **options):
        options["format"] = "COMPRESSION_FORMAT_" + kind
        return streams.run(self.api.Accelerator.CompressStream, data, options,
                           **(how or {}))

    def decompress(self, data, kind=None, how=None, **options):
        if kind is not None:
            options["format"] = "COMPRESSION_FORMAT_" + kind
        return streams.run(self.api.Accelerator.DecompressStream, data,
                           options or None, **(how or {}))

    def refuse_stream(self, code, reason, method, requests):
        with self.assertRaises(grpc.RpcError) as caught:
            list(method.stream(requests))
        return self.check_failure(caught.exception, code, reason)

    def assert_idle(self):
        """Nothing is left of any stream."""
        daemon_lib.wait_until(
            lambda: self.api.Admin.GetStatus().jobs_in_flight == 0,
            "every ticket to come back")
        self.assertEqual(self.api.Admin.GetStatus().bytes_in_flight, 0)


class CompressTest(StreamTest):

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


class DecompressTest(StreamTest):

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


class ManyWaysToEndTest(StreamTest):

    CONFIG = "limits { max_bytes_per_stream: 1048576 }"

    def requests(self, count, gate=None):
        block = case.noise(100_000)
        for i in range(count):
            fields = {"input": block}
            if i == 0:
                fields["options"] = {"format": "COMPRESSION_FORMAT_GZIP",
                                     "level": 1, "block_bytes": BLOCK}
            yield fields
        if gate is not None:
            gate.wait()

    def test_a_client_that_leaves_leaves_nothing_behind(self):
        method = self.api.Accelerator.CompressStream
        for reads in (0, 1, 2, 5, 20):
            for sends in (0, 1, 3, 30):
                gate = threading.Event()
                call = method.stream(self.requests(sends, gate))
                taken = 0
                # Output of a full block comes without more input.
                while taken < min(reads, sends):
                    next(call)
                    taken += 1
                call.cancel()
                gate.set()
        self.assert_idle()
        self.assert_answers()

    def test_metrics_count_streams(self):
        before = self.daemon.metrics()
        self.compress(b"x", "GZIP")
        with self.assertRaises(grpc.RpcError):
            self.compress(b"x", "GZIP", level=99)
        after = self.daemon.metrics()
        for code in ("ok", "invalid_argument"):
            labels = {"code": code}
            self.assertEqual(
                after.sum("uacced_streams_total", **labels) -
                before.sum("uacced_streams_total", **labels), 1)
        self.assertEqual(after.sum("uacced_streams"), 0)

    def test_deadlines_end_streams(self):
        gate = threading.Event()
        call = self.api.Accelerator.CompressStream.stream(
            self.requests(3, gate), timeout=0.3)
        with self.assertRaises(grpc.RpcError) as caught:
            list(call)
        gate.set()
        self.assertEqual(caught.exception.code(),
                         grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assert_idle()

    def test_a_slow_reader_stops_the_writer(self):
        sent = []

        def requests():
            for fields in self.requests(1000):
                sent.append(1)
                yield fields

        call = self.api.Accelerator.CompressStream.stream(requests())
        first = next(call)
        # What has gone out of this process is bounded: by the daemon's 1 MiB
        # and what gRPC and the socket hold.
        before = -1
        while before != len(sent):
            before = len(sent)
            threading.Event().wait(0.5)
        self.assertLess(len(sent), 500)
        status = self.api.Admin.GetStatus()
        self.assertLessEqual(status.bytes_in_flight, 1 << 20)
        rest, _ = streams.collect(call)
        self.assertEqual(unpack("GZIP", first.output + rest),
                         case.noise(100_000) * 1000)
        self.assert_idle()

    def test_a_slow_writer_holds_no_more_than_it_sent(self):
        release = threading.Event()

        def requests():
            yield {"options": {"format": "COMPRESSION_FORMAT_LZ4"}}
            release.wait()
            yield {"input": b"late"}

        call = self.api.Accelerator.CompressStream.stream(requests())
        self.assert_answers()
        release.set()
        self.assertEqual(unpack("LZ4", streams.collect(call)[0]), b"late")

    def test_many_streams_at_once(self):
        data = {seed: case.text(300_000, seed=seed) for seed in range(20)}
        failures = []

        def one(seed):
            try:
                kind = self.KINDS[seed % len(self.KINDS)]
                packed, _ = self.compress(data[seed], kind, {"seed": seed},
                                          block_bytes=BLOCK)
                self.assertEqual(unpack(kind, packed), data[seed])
            except Exception as error:  # Reported below.
                failures.append((seed, error))

        threads = [threading.Thread(target=one, args=(seed,)) for seed in data]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assert_idle()


class StalledTest(StreamTest):

    CONFIG = "limits { max_stream_stall_ms: 1000 }"

    def test_a_client_that_does_nothing_is_let_go(self):
        gate = threading.Event()

        def requests():
            yield {"options": {"format": "COMPRESSION_FORMAT_GZIP"},
                   "input": b"x"}
            gate.wait()

        with self.assertRaises(grpc.RpcError) as caught:
            list(self.api.Accelerator.CompressStream.stream(requests()))
        gate.set()
        self.check_failure(caught.exception, "UNAVAILABLE", "STREAM_STALLED")
        self.assert_idle()

    def test_a_client_that_does_not_read_is_let_go(self):
        block = case.noise(1_000_000)
        options = {"format": "COMPRESSION_FORMAT_GZIP", "level": 0}
        call = self.api.Accelerator.CompressStream.stream(
            [{"input": block, "options": options}] + [{"input": block}] * 60)
        next(call)
        daemon_lib.wait_until(
            lambda: self.api.Admin.GetStatus().jobs_in_flight == 0,
            "the stream to end")
        with self.assertRaises(grpc.RpcError):
            list(call)


class LongStreamTest(unittest.TestCase):
    """Streams go on past their connection's age, and through a drain."""

    CONFIG = """
        limits { max_connection_age_ms: 1000 }
        shutdown { drain_timeout_ms: 60000 }
    """

    def slow_stream(self, api, gate):
        """A call that ends when `gate` is set, and its first output."""
        block = case.noise(100_000)

        def requests():
            yield {"input": block, "options": {
                "format": "COMPRESSION_FORMAT_GZIP", "block_bytes": BLOCK}}
            gate.wait()
            yield {"input": block}

        call = api.Accelerator.CompressStream.stream(requests())
        return call, next(call).output, block * 2

    def finish(self, call, first, data):
        rest, _ = streams.collect(call)
        self.assertEqual(unpack("GZIP", first + rest), data)

    def test_past_the_age(self):
        with daemon_lib.Daemon(self.CONFIG) as daemon:
            gate = threading.Event()
            call, first, data = self.slow_stream(daemon.client(), gate)
            # Another call's connection is replaced meanwhile, as this one
            # would be.
            accepted = daemon.metrics().sum(
                "uacced_connections_accepted_total")
            api = daemon.client()

            def aged():
                api.Accelerator.Copy(input=b"x")
                return daemon.metrics().sum(
                    "uacced_connections_accepted_total") >= accepted + 3

            daemon_lib.wait_until(aged, "connections to age")
            gate.set()
            self.finish(call, first, data)

    def test_through_a_drain(self):
        with daemon_lib.Daemon(self.CONFIG) as daemon:
            gate = threading.Event()
            call, first, data = self.slow_stream(daemon.client(), gate)
            daemon.process.terminate()
            daemon_lib.wait_until(lambda: "draining" in daemon.log(),
                                  "the drain to begin")
            gate.set()
            self.finish(call, first, data)


class DigestTest(StreamTest):

    def test_digests_are_those_of_the_whole(self):
        import hashlib
        import hmac
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


class LargeTest(StreamTest):
    """Hundreds of MiB, made as they are sent."""

    SIZE = 256 << 20

    def test_a_large_input_passes_in_constant_memory(self):
        block = case.text(1 << 20)

        def requests():
            for i in range(self.SIZE >> 20):
                fields = {"input": block}
                if i == 0:
                    fields["options"] = {
                        "format": "COMPRESSION_FORMAT_GZIP", "level": 1}
                yield fields

        checksum, size = 0, 0
        engine = zlib.decompressobj(31)
        for response in self.api.Accelerator.CompressStream.stream(requests()):
            out = engine.decompress(response.output)
            checksum = zlib.crc32(out, checksum)
            size += len(out)
        self.assertTrue(engine.eof)
        self.assertEqual(size, self.SIZE)
        expected = 0
        for _ in range(self.SIZE >> 20):
            expected = zlib.crc32(block, expected)
        self.assertEqual(checksum, expected)
        with open("/proc/%d/status" % self.daemon.process.pid,
                  encoding="ascii") as status:
            peak = next(line for line in status if line.startswith("VmHWM"))
        # Sanitizers take several times as much.
        self.assertLess(int(peak.split()[1]), 1 << 20, peak)
        self.assert_idle()


if __name__ == "__main__":
    unittest.main()
