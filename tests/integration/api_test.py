"""The API does what proto/uacced/v1 promises when everything is right.

Proves, with a client made only from server reflection:
 - reflection and health answer, and name every service;
 - what each format, at each of its levels, compresses comes back the same, and
   Python's own zlib reads it too;
 - every answer says who did the work, and Admin tells the truth.
Refusals are in errors_test.py, ciphers and keys in crypto_test.py.
"""

import gzip
import time
import unittest
import zlib

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import reflection

LEVELS = {
    "COMPRESSION_FORMAT_GZIP": range(0, 13),
    "COMPRESSION_FORMAT_ZLIB": range(0, 13),
    "COMPRESSION_FORMAT_DEFLATE": range(0, 13),
    "COMPRESSION_FORMAT_ZSTD": range(1, 20),
    "COMPRESSION_FORMAT_LZ4": range(0, 13),
}
PYTHON_READS = {
    "COMPRESSION_FORMAT_GZIP": gzip.decompress,
    "COMPRESSION_FORMAT_ZLIB": zlib.decompress,
    "COMPRESSION_FORMAT_DEFLATE": lambda data: zlib.decompress(data, -15),
}
INPUTS = {
    "empty": b"",
    "one byte": b"x",
    "text": case.text(300_000),
    "zeros": bytes(1 << 20),
    "noise": case.noise(200_001),
}


class CompressionTest(case.DaemonTest):

    def round_trip(self, data, **request):
        packed = self.api.Accelerator.Compress(input=data, **request).output
        back = self.api.Accelerator.Decompress(
            input=packed, format=request["format"])
        self.assertEqual(back.output, data)
        python_reads = PYTHON_READS.get(request["format"])
        if python_reads:
            self.assertEqual(python_reads(packed), data)
        return packed

    def test_every_level_of_every_format_is_undone(self):
        self.assertEqual(sorted(LEVELS), sorted(self.formats()))
        data = case.text(60_000) + case.noise(5_000)
        for name, levels in LEVELS.items():
            sizes = {}
            for level in levels:
                with self.subTest(format=name, level=level):
                    sizes[level] = len(
                        self.round_trip(data, format=name, level=level))
            self.assertLess(sizes[levels[-1]], sizes[levels[1]], name)

    def test_every_kind_of_input_is_undone(self):
        for name in self.formats():
            for kind, data in INPUTS.items():
                with self.subTest(format=name, input=kind):
                    packed = self.round_trip(data, format=name)
                    # Incompressible data grows by headers only.
                    self.assertLess(len(packed), len(data) * 1.01 + 100)

    def test_default_levels_are_the_documented_ones(self):
        data = case.text(50_000)
        for name, level in (("GZIP", 6), ("ZLIB", 6), ("DEFLATE", 6),
                            ("ZSTD", 3), ("LZ4", 0)):
            name = "COMPRESSION_FORMAT_" + name
            with self.subTest(format=name):
                self.assertEqual(
                    self.api.Accelerator.Compress(
                        input=data, format=name).output,
                    self.api.Accelerator.Compress(
                        input=data, format=name, level=level).output)

    def test_level_0_of_deflate_stores(self):
        data = bytes(5_000)
        packed = self.round_trip(
            data, format="COMPRESSION_FORMAT_GZIP", level=0)
        self.assertGreater(len(packed), len(data))

    def test_format_is_detected(self):
        for name in self.formats():
            if name == "COMPRESSION_FORMAT_DEFLATE":
                continue
            for kind, data in INPUTS.items():
                with self.subTest(format=name, input=kind):
                    packed = self.api.Accelerator.Compress(
                        input=data, format=name).output
                    answer = self.api.Accelerator.Decompress(input=packed)
                    self.assertEqual(answer.output, data)
                    self.assertEqual(
                        self.api.enum_name("CompressionFormat",
                                           answer.format), name)

    def test_members_and_frames_are_concatenated(self):
        parts = [case.text(10_000), b"", case.noise(300), bytes(100_000)]
        for name in self.formats():
            if name.endswith(("ZLIB", "DEFLATE")):
                continue  # One stream each; no such thing as members.
            with self.subTest(format=name):
                packed = b"".join(
                    self.api.Accelerator.Compress(
                        input=part, format=name).output for part in parts)
                self.assertEqual(
                    self.api.Accelerator.Decompress(input=packed).output,
                    b"".join(parts))

    def test_a_promise_of_nothing_is_not_the_last_word(self):
        # The size that is looked at first belongs to an empty member or frame,
        # or is a lie.
        lie = gzip.compress(b"abc")[:-4] + bytes(4)
        empty_frame = bytes.fromhex("28b52ffd2000010000")
        frame = self.api.Accelerator.Compress(
            input=b"abc", format="COMPRESSION_FORMAT_ZSTD").output
        for packed in (gzip.compress(b"abc") + gzip.compress(b""),
                       empty_frame + frame):
            answer = self.api.Accelerator.Decompress(input=packed, timeout=60)
            self.assertEqual(answer.output, b"abc")
        self.refuse("INVALID_ARGUMENT", "CORRUPT_INPUT",
                    self.api.Accelerator.Decompress, input=lie, timeout=60)
        answer = self.api.Accelerator.Decompress(
            input=empty_frame + frame, max_output_bytes=3, timeout=60)
        self.assertEqual(answer.output, b"abc")
        self.refuse("OUT_OF_RANGE", "OUTPUT_TOO_LARGE",
                    self.api.Accelerator.Decompress, timeout=60,
                    input=empty_frame + frame, max_output_bytes=2)

    def test_output_may_be_exactly_the_limit(self):
        data = case.text(100_000)
        for name in self.formats():
            with self.subTest(format=name):
                packed = self.api.Accelerator.Compress(
                    input=data, format=name).output
                answer = self.api.Accelerator.Decompress(
                    input=packed, format=name, max_output_bytes=len(data))
                self.assertEqual(answer.output, data)

    def test_copy_returns_its_input(self):
        for size in (0, 1, 4096, 65_537, 3_000_000):
            data = case.noise(size)
            self.assertEqual(
                self.api.Accelerator.Copy(input=data).output, data)


class FactsTest(case.DaemonTest):

    CONFIG = """
        limits { max_jobs: 77 max_bytes: 300000000 max_connections: 55 }
        keys { max_keys: 33 }
    """

    def test_reflection_names_every_service(self):
        self.assertLessEqual(
            {"uacced.v1.Accelerator", "uacced.v1.Keys", "uacced.v1.Admin"},
            set(self.api.reflection.services))

    def test_health_is_serving(self):
        self.assertEqual(reflection.health(self.api.channel), "SERVING")

    def test_every_answer_says_who_did_the_work(self):
        accelerator = self.api.Accelerator
        data = case.text(1 << 20)
        gzipped = accelerator.Compress(
            input=data, format="COMPRESSION_FORMAT_GZIP")
        key = self.create_key("e", cipher="CIPHER_ALGORITHM_AES_128_GCM")
        sealed = accelerator.Encrypt(key=key, plaintext=data)
        started = time.monotonic_ns()
        answers = [
            gzipped, sealed,
            accelerator.Decompress(input=gzipped.output),
            accelerator.Decrypt(key=key, ciphertext=sealed.ciphertext,
                                nonce=sealed.nonce, tag=sealed.tag),
            accelerator.Digest(input=data,
                               algorithm="HASH_ALGORITHM_SHA256"),
            accelerator.Copy(input=data),
        ]
        elapsed_ns = time.monotonic_ns() - started
        for answer in answers:
            facts = answer.execution
            self.assertEqual(facts.device, "cpu")
            self.assertEqual(facts.path, 2)
            self.assertFalse(facts.simulated)
            self.assertEqual(facts.fallback_reason, "")
            self.assertGreater(facts.service_time_ns, 1_000)
        for answer in answers[2:]:
            self.assertLess(
                answer.execution.queue_wait_ns +
                answer.execution.service_time_ns, elapsed_ns)

    def test_modes_decide_which_kind_of_device(self):
        for mode in ("UNSPECIFIED", "PREFER_HARDWARE", "BALANCED",
                     "SOFTWARE_ONLY"):
            answer = self.api.Accelerator.Copy(
                input=b"x", mode="EXECUTION_MODE_" + mode)
            self.assertEqual(answer.execution.path, 2)
            # Without accelerators nothing falls back.
            self.assertEqual(answer.execution.fallback_reason, "")
        self.refuse("UNIMPLEMENTED", "OPERATION_NOT_SUPPORTED",
                    self.api.Accelerator.Copy, input=b"x",
                    mode="EXECUTION_MODE_HARDWARE_ONLY")
        self.refuse("INVALID_ARGUMENT", "MODE_UNKNOWN",
                    self.api.Accelerator.Copy, input=b"x", mode=99)

    def test_faults_are_for_daemons_that_allow_them(self):
        for call in (self.api.Admin.InjectFault, self.api.Admin.ClearFaults,
                     self.api.Admin.ListFaults):
            self.refuse("PERMISSION_DENIED", "FAULT_INJECTION_DISABLED",
                        call, device="cpu")

    def test_devices_tell_of_their_queues(self):
        device, = self.api.Admin.ListDevices().devices
        self.assertGreaterEqual(len(device.queues), 1)
        self.assertTrue(all(queue.attached for queue in device.queues))
        self.assertEqual(sum(queue.depth for queue in device.queues),
                         device.queue_depth)
        self.assertEqual(device.mismatches_total, 0)

    def test_status_tells_limits_and_counts(self):
        first = self.api.Admin.GetStatus()
        self.assertRegex(first.version, r"^\d+\.\d+\.\d+")
        self.assertEqual(first.state, 1)
        self.assertLess(abs(first.start_time.seconds - time.time()), 600)
        self.assertEqual(
            (first.jobs_limit, first.bytes_limit, first.connections_limit,
             first.keys_limit), (77, 300_000_000, 55, 33))
        self.assertGreaterEqual(first.connections, 1)
        for _ in range(7):
            self.api.Accelerator.Copy(input=b"x")
        for _ in range(3):
            self.refuse("NOT_FOUND", "KEY_NOT_FOUND",
                        self.api.Accelerator.Encrypt, key="none")
        last = self.api.Admin.GetStatus()
        self.assertGreaterEqual(
            last.requests_total - first.requests_total, 10)
        self.assertEqual(
            last.requests_failed_total - first.requests_failed_total, 3)

    def test_idle_daemon_has_nothing_in_flight(self):
        self.api.Accelerator.Copy(input=bytes(100_000))

        def in_flight():
            status = self.api.Admin.GetStatus()
            return status.jobs_in_flight, status.bytes_in_flight

        # A job is counted until gRPC has let go of the answer.
        daemon_lib.wait_until(lambda: in_flight() == (0, 0), "no jobs")

    def test_device_offers_everything_the_api_names(self):
        device, = self.api.Admin.ListDevices().devices
        self.assertEqual((device.name, device.kind), ("cpu", "soft"))
        self.assertEqual((device.path, device.state), (2, 1))
        self.assertFalse(device.simulated)
        self.assertGreaterEqual(device.queue_depth, 1)
        have = {c.operation: set(c.algorithms) for c in device.capabilities}

        def names(values):
            return {v.split("_", 2)[2].lower().replace("_", "-")
                    for v in values}

        formats = names(self.formats())
        ciphers = names(self.ciphers())
        hashes = names(self.hashes())
        self.assertEqual(have["compress"], formats)
        self.assertEqual(have["decompress"], formats)
        self.assertEqual(have["encrypt"], ciphers)
        self.assertEqual(have["decrypt"], ciphers)
        self.assertLessEqual(hashes, have["digest"])
        self.assertIn("copy", have)

    def test_device_counts_its_jobs(self):
        before = self.api.Admin.ListDevices().devices[0]
        for _ in range(5):
            self.api.Accelerator.Copy(input=b"x")
        after = self.api.Admin.ListDevices().devices[0]
        self.assertEqual(after.jobs_done_total - before.jobs_done_total, 5)
        self.assertEqual((after.jobs_in_flight, after.jobs_waiting), (0, 0))


if __name__ == "__main__":
    unittest.main()
