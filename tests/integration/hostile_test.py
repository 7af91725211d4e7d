"""No client, however broken or hostile, harms the others.

Proves that garbage instead of HTTP/2, HTTP/2 that no library would send,
connections that only sit there, clients that vanish in the middle, cancelled
calls, deadlines that are over and floods at every limit each leave a daemon
that answers the next good request, keeps no job, no memory reservation, no
connection and no descriptor, and lost no job on the way (a job without an
answer would be counted in uacced_jobs_lost_total).
"""

import struct
import threading
import unittest
import zlib

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import http2
from tests.support import reflection

COPY = "/uacced.v1.Accelerator/Copy"
COMPRESS = "/uacced.v1.Accelerator/Compress"
DECOMPRESS = "/uacced.v1.Accelerator/Decompress"


class HostileTest(case.DaemonTest):
    """Each test ends by finding the daemon whole and idle."""

    def setUp(self):
        self.descriptors_before = self.daemon.descriptor_count()

    def tearDown(self):
        self.assert_answers()
        daemon_lib.wait_until(self.is_idle, "the daemon to be idle")
        lost = self.daemon.metrics().sum("uacced_jobs_lost_total")
        self.assertEqual(lost, 0)

    def is_idle(self):
        status = self.api.Admin.GetStatus()
        return (status.jobs_in_flight == 0 and status.bytes_in_flight == 0 and
                status.connections <= 1 and
                self.daemon.descriptor_count() <= self.descriptors_before)

    def connect(self):
        connection = http2.connect(self.daemon.socket_path)
        self.addCleanup(connection.close)
        return connection

    def throw(self, data):
        """Sends `data` on a connection of its own and hangs up."""
        with self.connect() as connection:
            http2.send(connection, data)
            connection.settimeout(0.2)
            http2.read_until_closed(connection)


class GarbageTest(HostileTest):

    def test_bytes_that_are_not_http2(self):
        for data in (b"", b"\0", b"\0" * 100_000, case.noise(100_000),
                     b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                     http2.PREFACE[:10], http2.PREFACE + case.noise(50_000),
                     http2.PREFACE * 100):
            with self.subTest(start=data[:20], size=len(data)):
                self.throw(data)

    def test_frames_that_break_the_rules(self):
        start = http2.PREFACE + http2.frame(http2.SETTINGS)
        block = http2.headers(COPY)
        for name, data in {
                "frame of 16 MiB": b"\xff\xff\xff\x00\x00\x00\x00\x00\x01",
                "odd settings": http2.frame(http2.SETTINGS, b"12345"),
                "window of 0 bytes": http2.frame(
                    http2.SETTINGS, struct.pack(">HI", 4, 0)),
                "window of 4 GiB": http2.frame(
                    http2.SETTINGS, struct.pack(">HI", 4, 2**32 - 1)),
                "data before headers": http2.frame(
                    http2.DATA, b"x", 0, 1),
                "headers on stream 0": http2.frame(
                    http2.HEADERS, block, http2.END_HEADERS, 0),
                "even stream": http2.frame(
                    http2.HEADERS, block, http2.END_HEADERS, 2),
                "broken hpack": http2.frame(
                    http2.HEADERS, b"\xff" * 200, http2.END_HEADERS, 1),
                "endless continuation": http2.frame(
                    http2.HEADERS, block, 0, 1) + 200 * http2.frame(
                        http2.CONTINUATION, b"\x10\x01x\x40" + b"y" * 64, 0,
                        1),
                "unknown frame": http2.frame(0xfa, b"?" * 99, 255, 3),
                "goaway": http2.frame(http2.GOAWAY, bytes(8)),
                "ping flood": http2.frame(http2.PING, bytes(8)) * 20_000,
        }.items():
            with self.subTest(name):
                self.throw(start + data)

    def test_messages_that_lie(self):
        for name, body in {
                "none": b"",
                "half a prefix": b"\0\0",
                "longer than sent": http2.message(b"abc", length=1_000),
                "4 GiB": http2.message(b"abc", length=2**32 - 1),
                "compressed by nothing": http2.message(b"abc", compressed=1),
                "not protobuf": http2.message(b"\xff" * 1_000),
                "field of 2 GiB": http2.message(b"\x0a\xff\xff\xff\xff\x07"),
                "deep groups": http2.message(b"\x0b" * 30_000),
        }.items():
            with self.subTest(name), self.connect() as connection:
                http2.open_call(connection, COPY, body)
                connection.settimeout(0.3)
                answer = http2.read_until_closed(connection)
                # Never "grpc-status: 0" for what is not a request.
                self.assertNotIn(b"grpc-status\x010", answer)

    def test_an_unknown_message_flag_harms_nobody(self):
        # gRPC 1.51 hands a message with such a flag over as an empty one,
        # so its sender may get the answer for that.
        with self.connect() as connection:
            http2.open_call(connection, COPY,
                            http2.message(b"abc", compressed=255))
            connection.settimeout(0.3)
            self.assertNotIn(b"abc", http2.read_until_closed(connection))

    def test_calls_to_nowhere(self):
        for path in ("/", "/x", "/uacced.v1.Accelerator/", "//",
                     "/uacced.v1.Accelerator/Nothing", "/" + "a" * 120,
                     "/uacced.v1.Keys/GetKey"):
            with self.subTest(path), self.connect() as connection:
                http2.open_call(connection, path, http2.message(b""))
                answer = http2.read_until_closed(connection,
                                                 until=b"grpc-status")
                self.assertIn(b"grpc-status", answer)

    def test_streams_opened_and_reset_at_once(self):
        block = http2.headers(COPY)
        storm = b"".join(
            http2.frame(http2.HEADERS, block, http2.END_HEADERS, stream) +
            http2.frame(http2.RST_STREAM, struct.pack(">I", 8), 0, stream)
            for stream in range(1, 8_000, 2))
        for _ in range(5):
            self.throw(http2.PREFACE + http2.frame(http2.SETTINGS) + storm)


class AbandonTest(HostileTest):

    def slow_request(self):
        """A Compress of one small message that takes a while."""
        request = self.api.Accelerator.Compress.request_class(
            input=case.text(60_000), format="COMPRESSION_FORMAT_ZSTD",
            level=19)
        return http2.message(request.SerializeToString())

    def test_connection_dropped_with_the_work_in_flight(self):
        body = self.slow_request()
        for _ in range(60):
            with self.connect() as connection:
                self.assertTrue(http2.open_call(connection, COMPRESS, body))

    def test_connection_dropped_in_the_middle_of_the_message(self):
        body = self.slow_request()
        for size in list(range(0, 12)) + [1_000, 20_000, len(body) - 1]:
            with self.connect() as connection:
                self.assertTrue(http2.open_call(
                    connection, COMPRESS, body[:size], flags=0))

    def test_half_a_request_then_silence_does_not_stop_others(self):
        body = self.slow_request()
        held = [self.connect() for _ in range(40)]
        for connection in held:
            http2.open_call(connection, COMPRESS, body[:500], flags=0)
        for _ in range(20):
            self.assert_answers()
        for connection in held:
            connection.close()

    def test_client_that_reads_no_answer_does_not_stop_others(self):
        request = self.api.Accelerator.Copy.request_class(input=bytes(60_000))
        body = http2.message(request.SerializeToString())
        held = [self.connect() for _ in range(10)]
        for connection in held:
            http2.open_call(connection, COPY, body)
        for _ in range(20):
            self.assert_answers()
        for connection in held:
            connection.close()

    def test_cancelled_calls(self):
        data = case.text(100_000)
        for round_number in range(5):
            calls = [
                self.api.Accelerator.Compress.future(
                    input=data, format="COMPRESSION_FORMAT_ZSTD", level=15)
                for _ in range(40)
            ]
            for _ in range(round_number * 2):
                self.assert_answers()
            for call in calls:
                call.cancel()
            for call in calls:
                self.assertTrue(call.done())

    def test_deadline_that_is_over(self):
        with self.connect() as connection:
            http2.open_call(connection, COMPRESS, self.slow_request(),
                            timeout="1n")
            answer = http2.read_until_closed(connection, until=b"grpc-status")
            # Answered DEADLINE_EXCEEDED, or reset by gRPC itself.
            self.assertNotIn(b"grpc-status\x010", answer)
            self.assertTrue(answer)

    def test_deadline_in_the_far_future_is_no_deadline(self):
        for timeout in ("60S", "2540000H", "9999999H", "99999999H"):
            with self.subTest(timeout=timeout), self.connect() as connection:
                http2.open_call(connection, COPY, http2.message(b"\x0a\x01x"),
                                timeout=timeout)
                ok = b"grpc-status\x010"
                self.assertIn(ok, http2.read_until_closed(connection, ok))

    def test_deadlines_that_pass_in_the_queue(self):
        data = case.text(200_000)
        calls = [
            self.api.Accelerator.Compress.future(
                timeout=0.05 + i * 0.01, input=data,
                format="COMPRESSION_FORMAT_ZSTD", level=19)
            for i in range(80)
        ]
        codes = {call.code() for call in calls}
        self.assertIn(grpc.StatusCode.DEADLINE_EXCEEDED, codes)
        self.assertLessEqual(codes, {grpc.StatusCode.OK,
                                     grpc.StatusCode.DEADLINE_EXCEEDED})

    def test_many_connections_come_and_go(self):
        for _ in range(1_000):
            http2.connect(self.daemon.socket_path).close()
        held = [self.connect() for _ in range(300)]
        for connection in held:
            http2.send(connection, http2.PREFACE)
        self.assert_answers()
        for connection in held:
            connection.close()


class UnreadTest(HostileTest):

    CONFIG = """limits { max_stream_stall_ms: 1000
                         max_connection_age_ms: 600000 }"""

    def jobs(self):
        return self.api.Admin.GetStatus().jobs_in_flight

    def test_answers_that_nobody_reads_are_given_up_on(self):
        # More than the window of a connection lets through.
        request = self.api.Accelerator.Decompress.request_class(
            input=zlib.compress(bytes(1 << 20)))
        body = http2.message(request.SerializeToString())
        held = [self.connect() for _ in range(10)]
        for connection in held:
            http2.open_call(connection, DECOMPRESS, body)
        daemon_lib.wait_until(lambda: self.jobs() > 0, "unread answers")
        # While their connections stay.
        daemon_lib.wait_until(lambda: self.jobs() == 0, "their end")
        for connection in held:
            connection.close()

    def test_results_of_process_that_nobody_reads_too(self):
        request_class = self.api.Accelerator.Process.request_class
        request = request_class(operations=[
            {"id": i, "copy": {"input": bytes(100_000)}} for i in range(40)])
        responses = self.api.Accelerator.Process([request] * 20)
        # Flow control lets some through first; what stays is not being read.
        before = None
        while before == 0 or before != self.jobs():
            before = self.jobs()
            threading.Event().wait(0.2)
        daemon_lib.wait_until(lambda: self.jobs() == 0, "their end")
        with self.assertRaises(grpc.RpcError) as caught:
            list(responses)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.CANCELLED)


class UnreadSummaryTest(HostileTest):

    CONFIG = "limits { max_stream_stall_ms: 1000 }"

    def test_a_summary_that_nobody_reads_keeps_nothing(self):
        # Room for the digest's message, and for nothing behind it.
        window = http2.frame(
            http2.SETTINGS, struct.pack(">HI", 4, 5 + 2 + 32))
        body = http2.message(b"\x12\x02\x08\x03")  # options { SHA256 }
        with http2.connect(self.daemon.socket_path) as connection:
            http2.send(
                connection, http2.PREFACE + window + http2.frame(
                    http2.HEADERS,
                    http2.headers("/uacced.v1.Accelerator/DigestStream"),
                    http2.END_HEADERS, 1) +
                http2.frame(http2.DATA, body, http2.END_STREAM, 1))
            digest = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb924"
                                   "27ae41e4649b934ca495991b7852b855")
            self.assertIn(digest, http2.read_until_closed(connection, digest))
            daemon_lib.wait_until(
                lambda: self.api.Admin.GetStatus().bytes_in_flight == 0,
                "the stream's memory", timeout_s=20)
            # And the call is given up on.
            reset = struct.pack(">BBI", http2.RST_STREAM, 0, 1)
            self.assertIn(reset, http2.read_until_closed(connection, reset))


class LargeTest(HostileTest):

    # A connection that ages in the middle of a refusal is closed before the
    # client has read it: gRPC then says UNAVAILABLE.
    CONFIG = "limits { max_connection_age_ms: 600000 }"

    def test_default_limits(self):
        big = case.noise(60 << 20)
        self.assertEqual(
            self.api.Accelerator.Copy(input=big).output, big)
        with self.assertRaises(grpc.RpcError) as caught:
            self.api.Accelerator.Copy(input=bytes(65 << 20))
        self.assertEqual(caught.exception.code(),
                         grpc.StatusCode.RESOURCE_EXHAUSTED)


class MemoryTest(unittest.TestCase):

    def test_messages_on_their_way_in_are_bounded_too(self):
        # 25 requests of 15 MiB at once against 64 MiB in flight: gRPC reads
        # them before admission sees them.
        with daemon_lib.Daemon("""limits {
                max_message_bytes: 16777216 max_output_bytes: 16777216
                max_bytes: 67108864 }""") as daemon:
            client = daemon.client()
            before = daemon.resident_bytes(peak=True)
            big = bytes(15 << 20)
            calls = [client.Accelerator.Copy.future(input=big)
                     for _ in range(25)]
            codes = {call.code() for call in calls}
            self.assertIn(grpc.StatusCode.OK, codes)
            self.assertLessEqual(codes, {
                grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED,
                grpc.StatusCode.UNAVAILABLE})
            grown = daemon.resident_bytes(peak=True) - before
            # AddressSanitizer keeps what was freed for a while.
            limit = 1024 if daemon.has_sanitizer() else 256
            self.assertLess(grown, limit << 20)
            self.assertEqual(
                client.Accelerator.Copy(input=b"x").output, b"x")


class StreamInputTest(HostileTest):

    CONFIG = "limits { max_bytes_per_stream: 1048576 }"

    def test_large_messages_of_streams_count_while_they_wait(self):
        message = {"options": {"format": "COMPRESSION_FORMAT_GZIP"},
                   "input": case.noise(32 << 20)}
        # Nobody reads the output, so most of the input has nowhere to go.
        calls = [self.api.Accelerator.CompressStream.stream([message])
                 for _ in range(3)]

        def bytes_in_flight():
            return self.api.Admin.GetStatus().bytes_in_flight

        daemon_lib.wait_until(lambda: bytes_in_flight() > 3 * (24 << 20),
                              "the messages to be counted", timeout_s=20)
        for call in calls:
            call.cancel()


class ConnectionLimitTest(case.DaemonTest):

    CONFIG = """limits {
        max_connections: 8
        max_connection_idle_ms: 3000
        max_jobs_per_connection: 4
    }"""

    def try_once(self):
        """A call on a connection of its own; its failure, or None."""
        channel = grpc.insecure_channel(
            self.daemon.target, (("grpc.use_local_subchannel_pool", 1),))
        with channel:
            try:
                reflection.Reflection(channel)
            except grpc.RpcError as error:
                return error.code()
        return None

    def test_connections_over_the_limit_are_closed_at_once(self):
        held = []
        for _ in range(8):
            held.append(http2.connect(self.daemon.socket_path))
            http2.send(held[-1], http2.PREFACE + http2.frame(http2.SETTINGS))
        extra = http2.connect(self.daemon.socket_path)
        self.assertEqual(extra.recv(100), b"")
        extra.close()
        # Sitting there silently does not hold the places for ever.
        for connection in held:
            connection.settimeout(60)
            http2.read_until_closed(connection)
            connection.close()
        self.assertIsNone(self.try_once())
        self.assertGreaterEqual(
            self.daemon.metrics().sum("uacced_connections_refused_total"), 1)

    def test_calls_over_the_limit_of_one_connection_wait_their_turn(self):
        calls = [self.api.Accelerator.Copy.future(input=bytes(10_000))
                 for _ in range(100)]
        self.assertEqual({call.code() for call in calls},
                         {grpc.StatusCode.OK})


if __name__ == "__main__":
    unittest.main()
