"""Streams of clients that are slow, stop, leave, or go on for long.

Proves:
 - clients that are slow, stop, or leave, at whatever point, leave nothing
   behind, and one that does nothing at all is let go;
 - streams go on past their connection's age and through a drain;
 - many streams at once do not disturb each other, and a large one passes in
   constant memory.
"""

import threading
import unittest
import zlib

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import stream_case
from tests.support import streams

BLOCK = stream_case.BLOCK
unpack = stream_case.unpack


class ManyWaysToEndTest(stream_case.StreamTest):

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


class StalledTest(stream_case.StreamTest):

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


class LargeTest(stream_case.StreamTest):
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
