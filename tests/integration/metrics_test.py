"""/metrics is what Prometheus expects, tells the truth and stays small.

Proves that promtool finds nothing to complain of, that counters and histograms
move with the requests they count, that gauges return to 0 when idle, and that
nothing a client sends can add a label value: a hostile client must not be able
to fill the memory of whoever scrapes.
"""

import contextlib
import gzip
import http.client
import subprocess
import unittest

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib

PROMTOOL = "/usr/bin/promtool"


class MetricsTest(case.DaemonTest):

    def work(self, api):
        """Every operation, successes and failures."""
        data = case.text(50_000)
        packed = api.Accelerator.Compress(
            input=data, format="COMPRESSION_FORMAT_GZIP").output
        api.Accelerator.Decompress(input=packed)
        key = self.create_key("m", cipher="CIPHER_ALGORITHM_AES_256_GCM")
        sealed = api.Accelerator.Encrypt(key=key, plaintext=data)
        api.Accelerator.Decrypt(key=key, ciphertext=sealed.ciphertext,
                                nonce=sealed.nonce, tag=sealed.tag)
        api.Accelerator.Digest(input=data, algorithm="HASH_ALGORITHM_SHA256")
        api.Accelerator.Copy(input=data)
        for call in (
                lambda: api.Accelerator.Decompress(input=b"\x1f\x8bjunk"),
                lambda: api.Accelerator.Decompress(
                    input=gzip.compress(bytes(100_000)), max_output_bytes=9),
                lambda: api.Accelerator.Encrypt(key="none"),
                lambda: api.Accelerator.Compress(input=b"x", format=99)):
            with self.assertRaises(grpc.RpcError):
                call()

    def test_promtool_is_content(self):
        self.work(self.api)
        checked = subprocess.run(
            [PROMTOOL, "check", "metrics"], timeout=60, check=False,
            input=self.daemon.metrics_text().encode(), capture_output=True)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr),
                         (0, b"", b""))

    def test_requests_and_bytes_are_counted(self):
        copy = {"operation": "copy"}

        def read():
            metrics = self.daemon.metrics()
            return [
                metrics.sum("uacced_requests_total", **copy, code="ok"),
                metrics.sum("uacced_request_bytes_total", **copy,
                            direction="in"),
                metrics.sum("uacced_request_bytes_total", **copy,
                            direction="out"),
                metrics.sum("uacced_service_time_seconds_count", **copy),
                metrics.sum("uacced_queue_wait_seconds_count", **copy),
            ]

        self.api.Accelerator.Copy(input=b"")
        before = read()
        for _ in range(10):
            self.api.Accelerator.Copy(input=bytes(1_000))
        self.assertEqual([b - a for a, b in zip(before, read())],
                         [10, 10_000, 10_000, 10, 10])

    def test_errors_are_counted_by_code(self):
        self.work(self.api)
        before = self.daemon.metrics()
        for _ in range(3):
            with self.assertRaises(grpc.RpcError):
                self.api.Accelerator.Decompress(input=b"junk")
        with self.assertRaises(grpc.RpcError):
            self.api.Accelerator.Encrypt(key="none")
        after = self.daemon.metrics()
        for operation, code, count in (
                ("decompress", "invalid_argument", 3),
                ("encrypt", "not_found", 1)):
            labels = {"operation": operation, "code": code}
            self.assertEqual(
                after.sum("uacced_requests_total", **labels) -
                before.sum("uacced_requests_total", **labels), count, labels)

    def test_histograms_are_by_operation_algorithm_and_device(self):
        self.work(self.api)
        metrics = self.daemon.metrics()
        for name in ("uacced_service_time_seconds",
                     "uacced_queue_wait_seconds"):
            self.assertEqual(metrics.types[name], "histogram")
            self.assertGreaterEqual(
                metrics.sum(name + "_count", operation="compress",
                            algorithm="gzip", device="cpu"), 1)
            self.assertGreaterEqual(
                metrics.sum(name + "_count", operation="decrypt",
                            algorithm="aes-256-gcm", device="cpu"), 1)

    def test_gauges_return_to_zero(self):
        self.work(self.api)
        names = ("uacced_jobs_in_flight", "uacced_bytes_in_flight",
                 "uacced_inbox_entries", "uacced_device_jobs_in_flight",
                 "uacced_device_jobs_waiting")
        metrics = self.daemon.metrics()
        for name in names:
            self.assertEqual(metrics.types[name], "gauge")
        # A job is counted until gRPC has let go of the answer.
        daemon_lib.wait_until(
            lambda: not any(self.daemon.metrics().sum(n) for n in names),
            "gauges at 0")
        self.assertGreaterEqual(metrics.sum("uacced_connections"), 1)
        self.assertEqual(metrics.sum("uacced_draining"), 0)
        self.assertEqual(metrics.sum("uacced_device_up", device="cpu"), 1)

    def test_limits_are_told(self):
        metrics = self.daemon.metrics()
        status = self.api.Admin.GetStatus()
        for name, value in (("jobs", status.jobs_limit),
                            ("bytes", status.bytes_limit),
                            ("connections", status.connections_limit),
                            ("keys", status.keys_limit)):
            self.assertEqual(metrics.sum("uacced_%s_limit" % name), value)

    def test_build_and_reactor_are_told(self):
        self.assert_answers()
        metrics = self.daemon.metrics()
        (labels, value), = metrics.series("uacced_build_info")
        self.assertEqual(value, 1)
        self.assertEqual(labels["version"],
                         self.api.Admin.GetStatus().version)
        for name in ("uacced_reactor_busy_seconds_total",
                     "uacced_reactor_wakeups_total"):
            self.assertEqual(metrics.types[name], "counter")
            self.assertGreater(metrics.sum(name), 0)
        self.assertEqual(metrics.types["uacced_reactor_busy_ratio"], "gauge")
        self.assertLessEqual(metrics.sum("uacced_reactor_busy_ratio"), 1)

    def test_clients_cannot_add_labels(self):
        self.work(self.api)

        def series():
            metrics = self.daemon.metrics()
            return {(name, tuple(sorted(labels.items())))
                    for name, found in metrics.samples.items()
                    for labels, _ in found}

        def hostile(number):
            name = "evil-%d" % number
            for call in (
                    lambda: self.api.Accelerator.Encrypt(key=name),
                    lambda: self.api.Accelerator.Compress(
                        input=b"x", format=1_000 + number),
                    lambda: self.api.Accelerator.Digest(
                        input=b"x", algorithm=1_000 + number),
                    lambda: self.api.channel.unary_unary(
                        "/uacced.v1.Accelerator/" + name)(b"")):
                with contextlib.suppress(grpc.RpcError):
                    call()
            self.create_key(name, cipher="CIPHER_ALGORITHM_AES_128_GCM")
            self.api.Accelerator.Encrypt(key=name, plaintext=b"x")

        hostile(0)
        before = series()
        for number in range(1, 50):
            hostile(number)
        self.assertEqual(series() - before, set())
        text = self.daemon.metrics_text()
        self.assertNotIn("evil", text)
        self.assertLess(len(text), 1 << 20)

    def test_only_metrics_is_served(self):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.metrics_port, timeout=30)
        self.addCleanup(connection.close)
        for path in ("/", "/etc/passwd", "/metrics/../../etc/passwd"):
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            self.assertEqual(answer.status, 404, path)
            self.assertNotIn(b"root:", body)


if __name__ == "__main__":
    unittest.main()
