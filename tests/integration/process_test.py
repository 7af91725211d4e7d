"""Process: many operations on one stream. Each is answered once, with what its
unary call would give or its own error; flow control holds back a client that
does not read; streams end when they are old; a malformed message ends one.
"""

import gzip
import hashlib
import os
import queue
import random
import threading
import unittest

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import http2

GZIP = "COMPRESSION_FORMAT_GZIP"


class Feed:
    """What a test writes to a stream, whenever it likes."""

    END = object()

    def __init__(self):
        self._queue = queue.Queue()

    def send(self, message):
        self._queue.put(message)

    def close(self):
        self._queue.put(self.END)

    def __iter__(self):
        while True:
            message = self._queue.get()
            if message is self.END:
                return
            yield message


class ProcessTest(case.DaemonTest):

    CONFIG = """limits { max_connection_age_ms: 3600000 max_jobs: 65536 }
                reactor { inbox_entries: 65536 }"""

    def request(self, *operations):
        return self.api.Accelerator.Process.request_class(
            operations=operations)

    def process(self, *messages):
        """Results by id, of messages that are lists of operations."""
        results = {}
        for response in self.api.Accelerator.Process(
                [self.request(*operations) for operations in messages]):
            self.assertTrue(response.results)
            for result in response.results:
                self.assertNotIn(result.id, results)
                results[result.id] = result
        return results

    def test_every_kind_of_operation(self):
        self.create_key("k", cipher="CIPHER_ALGORITHM_AES_256_GCM")
        text = case.text(10_000)
        results = self.process(
            [{"id": 1, "copy": {"input": text}},
             {"id": 2, "compress": {"input": text, "format": GZIP}},
             {"id": 3, "decompress": {"input": gzip.compress(text)}},
             {"id": 4, "encrypt": {"plaintext": text, "key": "k"}}],
            [{"id": 5, "digest": {
                "input": text, "algorithm": "HASH_ALGORITHM_SHA256"}},
             {"copy": {}}])
        self.assertEqual(results[1].copy.output, text)
        self.assertEqual(gzip.decompress(results[2].compress.output), text)
        self.assertEqual(results[3].decompress.output, text)
        self.assertEqual(results[5].digest.digest,
                         hashlib.sha256(text).digest())
        self.assertEqual(results[0].copy.output, b"")
        sealed = results[4].encrypt
        self.assertEqual(self.api.Accelerator.Decrypt(
            ciphertext=sealed.ciphertext, key="k", nonce=sealed.nonce,
            tag=sealed.tag, key_version=sealed.key_version).plaintext, text)
        for result in results.values():
            kind = result.WhichOneof("result")
            self.assertEqual(getattr(result, kind).execution.device, "cpu")

    def test_one_bad_operation_does_not_end_the_stream(self):
        results = self.process(
            [{"id": 1, "copy": {"input": b"x"}},
             {"id": 2, "decompress": {"input": b"junk"}},
             {"id": 3},
             {"id": 4, "encrypt": {"plaintext": b"x", "key": "nobody"}},
             {"id": 5, "copy": {"input": b"y"}}],
            [{"id": 6, "copy": {"input": b"z", "payload_crc32c": 1}}])
        self.assertEqual(results[1].copy.output, b"x")
        self.assertEqual(results[5].copy.output, b"y")
        for identity, code in ((2, grpc.StatusCode.INVALID_ARGUMENT),
                               (3, grpc.StatusCode.UNIMPLEMENTED),
                               (4, grpc.StatusCode.NOT_FOUND),
                               (6, grpc.StatusCode.DATA_LOSS)):
            self.assertEqual(results[identity].error.code, code.value[0])
            self.assertTrue(results[identity].error.message)
            self.assertTrue(results[identity].error.details)
            self.assertIsNone(results[identity].WhichOneof("result"))

    def test_results_of_every_size_come_whole(self):
        rng = random.Random(5)
        sizes = [0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1_000_000,
                 5_000_000]
        operations = [{"id": i, "copy": {"input": rng.randbytes(size)}}
                      for i, size in enumerate(sizes * 2)]
        rng.shuffle(operations)
        results = self.process(operations[:7], operations[7:])
        for operation in operations:
            self.assertEqual(results[operation["id"]].copy.output,
                             operation["copy"]["input"])

    def test_an_operation_has_its_own_deadline(self):
        slow = {"compress": {"input": case.text(4_000_000),
                             "format": "COMPRESSION_FORMAT_ZSTD", "level": 19}}
        blockers = [dict(slow, id=i) for i in range(1, 9)]
        late = dict(slow, id=100, timeout_ns=1)
        results = self.process(blockers + [late])
        self.assertEqual(results[100].error.code,
                         grpc.StatusCode.DEADLINE_EXCEEDED.value[0])
        for i in range(1, 9):
            self.assertFalse(results[i].HasField("error"), results[i].error)

    def test_chains(self):
        self.create_key("c", cipher="CIPHER_ALGORITHM_AES_256_GCM")
        text = case.text(200_000)
        made = self.api.Accelerator.Chain(input=text, steps=[
            {"digest": {"algorithm": "HASH_ALGORITHM_SHA256"}},
            {"compress": {"format": GZIP, "verify": True}},
            {"encrypt": {"key": "c"}},
            {"digest": {"algorithm": "HASH_ALGORITHM_SHA1"}}])
        self.assertEqual(len(made.results), 4)
        self.assertEqual(made.results[0].digest.digest,
                         hashlib.sha256(text).digest())
        self.assertEqual(made.results[3].digest.digest,
                         hashlib.sha1(made.output).digest())
        sealed = made.results[2].encrypt
        for step in made.results:
            kind = step.WhichOneof("result")
            self.assertEqual(getattr(step, kind).execution.device, "cpu")
        plain = self.api.Accelerator.Decrypt(
            ciphertext=made.output, key="c", nonce=sealed.nonce,
            tag=sealed.tag).plaintext
        self.assertEqual(gzip.decompress(plain), text)
        back = self.process([{"id": 1, "chain": {
            "input": made.output,
            "steps": [{"decrypt": {"key": "c", "nonce": sealed.nonce,
                                   "tag": sealed.tag}},
                      {"decompress": {}},
                      {"digest": {"algorithm": "HASH_ALGORITHM_SHA256"}}]}}])
        self.assertEqual(back[1].chain.output, text)
        self.assertEqual(back[1].chain.results[2].digest.digest,
                         hashlib.sha256(text).digest())

    def test_chains_that_cannot_be(self):
        chain = self.api.Accelerator.Chain
        compress = {"compress": {"format": GZIP}}
        self.refuse("INVALID_ARGUMENT", "CHAIN_LENGTH", chain, steps=[])
        self.refuse("INVALID_ARGUMENT", "CHAIN_LENGTH", chain,
                    steps=[compress] * 9)
        self.refuse("INVALID_ARGUMENT", "CHAIN_WITHOUT_OUTPUT", chain,
                    steps=[{"digest": {"algorithm": "HASH_ALGORITHM_SHA1"}}])
        self.refuse("INVALID_ARGUMENT", "CHAIN_STEP_UNKNOWN", chain,
                    steps=[compress, {}])
        self.refuse("INVALID_ARGUMENT", "CHAIN_STEP_PAYLOAD", chain,
                    steps=[{"compress": {"format": GZIP, "input": b"x"}}])
        # The second step finds it.
        self.refuse("INVALID_ARGUMENT", "CORRUPT_INPUT", chain, input=b"",
                    steps=[{"decompress": {}}])
        self.refuse("INVALID_ARGUMENT", "FORMAT_NOT_DETECTED", chain,
                    input=gzip.compress(b"plain text"),
                    steps=[{"decompress": {}}, {"decompress": {}}])
        self.assert_answers()

    def test_crc32c_both_ways(self):
        # RFC 3720 B.4: 32 bytes of zeros.
        zeros, crc = bytes(32), 0x8A9136AA
        answer = self.api.Accelerator.Copy(input=zeros, payload_crc32c=crc)
        self.assertEqual(answer.payload_crc32c, crc)
        self.refuse("DATA_LOSS", "CRC32C_MISMATCH", self.api.Accelerator.Copy,
                    input=zeros, payload_crc32c=crc ^ 1)
        self.assertFalse(self.api.Accelerator.Copy(
            input=zeros).HasField("payload_crc32c"))
        packed = gzip.compress(b"123456789")
        digits = self.api.Accelerator.Decompress(
            input=packed, payload_crc32c=crc32c(packed))
        self.assertEqual(digits.payload_crc32c, 0xE3069283)

    def test_verified_compression_is_counted(self):
        before = self.daemon.metrics().sum("uacced_verifications_total",
                                           result="match")
        for name in self.formats():
            self.api.Accelerator.Compress(input=case.text(10_000), format=name,
                                          verify=True)
            self.api.Accelerator.Compress(input=b"", format=name, verify=True)
        metrics = self.daemon.metrics()
        self.assertEqual(
            metrics.sum("uacced_verifications_total", result="match") - before,
            2 * len(self.formats()))
        self.assertEqual(
            metrics.sum("uacced_verifications_total", result="mismatch"), 0)

    def malformed(self, payload):
        """How a stream ends on raw bytes of a message."""
        call = self.api.channel.stream_stream(
            "/uacced.v1.Accelerator/Process", lambda m: m, lambda m: m)
        good = self.request({"id": 7, "copy": {"input": b"good"}})
        responses = call(iter([good.SerializeToString(), payload]), timeout=60)
        with self.assertRaises(grpc.RpcError) as caught:
            list(responses)
        return caught.exception

    def test_a_malformed_message_ends_the_stream(self):
        operation = b"\x0a\x06\x08\x01\x42\x02\x0a\x00"
        for payload in (b"", b"\x0a\xff\xff\xff\xff\x7f", b"\x0a\x02\x08",
                        b"\xff" * 30, operation * 1025):
            self.check_failure(self.malformed(payload), "INVALID_ARGUMENT",
                               "MALFORMED_MESSAGE")
        self.assert_answers()

    def test_a_reset_at_any_moment_frees_everything(self):
        rng = random.Random(11)
        for round_number in range(60):
            feed = Feed()
            responses = self.api.Accelerator.Process(feed)
            messages = rng.randrange(6)
            for _ in range(messages):
                feed.send(self.request(*[
                    {"id": n, "compress": {"input": case.text(20_000),
                                           "format": GZIP}}
                    for n in range(rng.randrange(1, 40))]))
            if messages > 0 and round_number % 3 > 0:
                next(responses)
            responses.cancel()
            feed.close()
        self.wait_idle()
        self.assert_answers()

    def wait_idle(self):
        for _ in range(600):
            status = self.api.Admin.GetStatus()
            if status.jobs_in_flight == 0 and status.bytes_in_flight == 0:
                return
            threading.Event().wait(0.05)
        self.fail("jobs are left: %s" % status)

    def test_many_in_flight_with_random_cancellations(self):
        """10,000 operations on 20 streams, half of which are cancelled."""
        rng = random.Random(3)
        counts = []

        def work(seed):
            own = random.Random(seed)
            feed = Feed()
            responses = self.api.Accelerator.Process(feed)
            for first in range(0, 500, 50):
                feed.send(self.request(*[
                    {"id": first + n,
                     "copy": {"input": b"%d" % (first + n)}}
                    for n in range(50)]))
            feed.close()
            seen, stop_at = {}, own.randrange(500) if seed % 2 else None
            try:
                for response in responses:
                    for result in response.results:
                        self.assertNotIn(result.id, seen)
                        self.assertFalse(result.HasField("error"),
                                         result.error)
                        seen[result.id] = result.copy.output
                    if stop_at is not None and len(seen) >= stop_at:
                        responses.cancel()
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.CANCELLED)
                self.assertIsNotNone(stop_at)
            for identity, output in seen.items():
                self.assertEqual(output, b"%d" % identity)
            if stop_at is None:
                self.assertEqual(len(seen), 500)
            counts.append(len(seen))

        threads = [threading.Thread(target=work, args=(rng.randrange(1000) *
                                                       2 + i % 2,))
                   for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(counts), 20)
        self.wait_idle()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class SlowReaderTest(case.DaemonTest):

    CONFIG = """limits { max_connection_age_ms: 3600000
                         max_jobs_per_stream: 100
                         max_bytes_per_stream: 1048576 }"""

    def test_who_does_not_read_is_stopped_at_a_bound(self):
        request_class = self.api.Accelerator.Process.request_class
        sent = []

        def requests():
            for i in range(10_000):
                sent.append(i)
                yield request_class(operations=[
                    {"id": i, "copy": {"input": bytes(10_000)}}])

        responses = self.api.Accelerator.Process(requests())
        # Nobody reads: the writer comes to a stop far from the end.
        before = -1
        while len(sent) != before:
            before = len(sent)
            threading.Event().wait(1)
        self.assertLess(len(sent), 5_000)
        status = self.api.Admin.GetStatus()
        self.assertLessEqual(status.bytes_in_flight, 8 << 20)
        self.assert_answers()
        seen = set()
        for response in responses:
            seen.update(result.id for result in response.results)
        self.assertEqual(len(seen), 10_000)


class PaddedTest(case.DaemonTest):

    CONFIG = "limits { max_bytes_per_stream: 1048576 max_bytes: 536870912 }"

    def test_padding_counts_against_the_bound_of_the_stream(self):
        request_class = self.api.Accelerator.Process.request_class
        operation = request_class(
            operations=[{"id": 1, "copy": {"input": bytes(100)}}])
        # Field 9, which nobody knows, with 8 MiB.
        padding = b"\x4a\x80\x80\x80\x04" + bytes(8 << 20)
        message = http2.message(operation.SerializeToString() + padding)
        window_0 = http2.frame(http2.SETTINGS, b"\x00\x04" + bytes(4))
        sent = 0
        with http2.connect(self.daemon.socket_path) as connection:
            # A result is never read: there is no window for it.
            http2.send(connection, http2.PREFACE + window_0 + http2.frame(
                http2.HEADERS, http2.headers("/uacced.v1.Accelerator/Process"),
                http2.END_HEADERS, 1))
            writer = http2.Writer(connection, stream=1)
            while sent < 12 and writer.send(message, patience_s=2):
                sent += 1
            # The last one fitted, and one is on its way.
            self.assertLess(sent, 4)
            self.assert_answers()


class EmptyOperationsTest(case.DaemonTest):

    CONFIG = """limits { max_connection_age_ms: 3600000
                         max_message_bytes: 65536 max_output_bytes: 65536
                         max_bytes: 300000 }"""

    def test_operations_that_are_refused_take_admitted_memory(self):
        """Unread, they would be memory that no limit counts."""
        request_class = self.api.Accelerator.Process.request_class
        request = request_class(operations=[{} for _ in range(1000)])
        streams = [self.api.Accelerator.Process(iter([request]))
                   for _ in range(20)]
        codes = []
        for responses in streams:
            try:
                for response in responses:
                    for result in response.results:
                        self.assertTrue(result.HasField("error"))
                codes.append("OK")
            except grpc.RpcError as error:
                self.check_failure(error, "UNAVAILABLE", "BYTES_LIMIT")
                codes.append("BYTES_LIMIT")
        self.assertIn("BYTES_LIMIT", codes)
        daemon_lib.wait_until(
            lambda: self.api.Admin.GetStatus().bytes_in_flight == 0,
            "their memory to be given back")
        self.assert_answers()


class AgeTest(case.DaemonTest):

    CONFIG = "limits { max_connection_age_ms: 1000 }"

    def test_an_old_stream_ends_once_all_is_answered(self):
        feed = Feed()
        responses = self.api.Accelerator.Process(feed)
        feed.send(self.api.Accelerator.Process.request_class(
            operations=[{"id": 1, "copy": {"input": b"x"}}]))
        self.assertEqual(next(responses).results[0].copy.output, b"x")
        with self.assertRaises(grpc.RpcError) as caught:
            next(responses)
        feed.close()
        self.check_failure(caught.exception, "UNAVAILABLE", "STREAM_AGE")
        self.assert_answers()


class DrainTest(unittest.TestCase):

    def test_a_stream_does_not_hold_up_the_end(self):
        daemon = daemon_lib.Daemon("limits { max_connection_age_ms: 1000 }")
        daemon.start()
        api = daemon.client()
        feed = Feed()
        responses = api.Accelerator.Process(feed)
        feed.send(api.Accelerator.Process.request_class(
            operations=[{"id": 1, "copy": {"input": os.urandom(10)}}]))
        next(responses)
        daemon.terminate()
        with self.assertRaises(grpc.RpcError) as caught:
            next(responses)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        feed.close()
        daemon.wait_exit()
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
