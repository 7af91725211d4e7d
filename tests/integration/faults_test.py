"""Devices that fail under load: models of accelerators are made to fail in every
way they can while clients work and check every answer. With a CPU to fall back
to nobody notices; without, every error is UNAVAILABLE; and `uaccectl devices`
tells what happened.
"""

import gzip
import hashlib
import json
import subprocess
import unittest

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import reflection

GZIP = "COMPRESSION_FORMAT_GZIP"

MODELS = """
device { name: "zip0" hisi_model { engine: ZIP queue_depth: 64 } }
device { name: "sec0" hisi_model { engine: SEC version: 2 queue_depth: 64 } }
device { name: "cpu" soft { workers: 1 } }
"""

POLICY = """
policy {
  allow_fault_injection: true
  verify { mode: ALL }
  offload_min_bytes { encrypt: 0 digest: 0 }
  timeouts_ms { compress: 300 decompress: 300 encrypt: 300 decrypt: 300
                digest: 300 }
}
"""

# Faults that one request meets, and what the device is reported for.
OF_REQUESTS = ("STATUS", "CORRUPT", "LOSE_COMPLETION", "DUPLICATE_COMPLETION",
               "UNKNOWN_TAG", "WRONG_PHASE", "SLOW")
OF_QUEUES = ("STUCK", "STOP_QUEUE")
OF_DEVICES = ("RESET_DEVICE", "ISOLATE", "REMOVE")


class Load:
    """`uaccectl bench --verify` for as long as the with block lasts."""

    def __init__(self, daemon, *arguments, seconds=600):
        self.command = [
            daemon_lib.binary("UACCED_CLI"), "--server", daemon.target, "--json",
            "bench", "--verify", "--size", "2K", "--in-flight", "16",
            "--duration", str(seconds), *arguments]
        self.report = None

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self

    def __exit__(self, kind, value, traceback):
        if kind is not None:
            self.process.kill()
        out, err = self.process.communicate(timeout=120)
        if kind is None:
            if self.process.returncode != 0:
                raise AssertionError("bench ended with %d: %s%s" % (
                    self.process.returncode, out.decode(), err.decode()))
            self.report = json.loads(out)


class Devices:
    """What a test asks of and does to the devices of one daemon."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.api = daemon.client()

    def device(self, name):
        return next(d for d in self.api.Admin.ListDevices().devices
                    if d.name == name)

    def inject(self, device, kind, **fields):
        self.api.Admin.InjectFault(device=device, fault={"kind": kind, **fields})

    def wait_for(self, name, condition, what):
        daemon_lib.wait_until(lambda: condition(self.device(name)),
                              "%s: %s" % (name, what))

    def wait_until_used(self, name):
        """Until the device has completed something from now on."""
        before = self.device(name).jobs_done_total
        self.wait_for(name, lambda d: d.jobs_done_total > before, "work")

    def hits(self, device):
        return sum(f.hits for f in
                   self.api.Admin.ListFaults(device=device).faults)


class PreferHardwareTest(unittest.TestCase):
    """A daemon for each fault, so that devices begin in good health."""

    def fault(self, device, operation, kind, **fields):
        with self.subTest(kind=kind), daemon_lib.Daemon(
                POLICY, device=MODELS) as daemon:
            devices = Devices(daemon)
            devices.api.Keys.CreateKey(
                name="k", cipher="CIPHER_ALGORITHM_AES_256_GCM")
            arguments = ["--operation", operation]
            if operation == "encrypt":
                arguments += ["--key", "k"]
            with Load(daemon, *arguments, seconds=3) as load:
                devices.wait_until_used(device)
                devices.inject(device, kind, **fields)
                if kind not in OF_DEVICES:
                    daemon_lib.wait_until(
                        lambda: devices.hits(device) > 0, "a fault to hit")
            self.assertEqual(load.report["errors"], 0, load.report)
            self.assertEqual(load.report["wrong_answers"], 0, load.report)
            self.assertGreater(load.report["operations"], 0)
            return devices.device(device)

    def test_faults_of_requests(self):
        for kind in OF_REQUESTS:
            fields = {"parameter": 400_000_000} if kind == "SLOW" else {}
            self.fault("zip0", "compress", kind, **fields)

    def test_faults_of_ciphers(self):
        for kind in ("STATUS", "CORRUPT", "LOSE_COMPLETION"):
            self.fault("sec0", "encrypt", kind)

    def test_faults_of_queues_are_mended(self):
        for kind in OF_QUEUES:
            device = self.fault("zip0", "compress", kind)
            self.assertGreater(
                device.queue_resets_total + device.device_resets_total, 0)

    def test_faults_of_devices(self):
        for kind in OF_DEVICES:
            self.fault("zip0", "compress", kind)

    def test_a_wrong_output_quarantines(self):
        device = self.fault("zip0", "compress", "CORRUPT")
        self.assertEqual(device.mismatches_total, 1)
        # Ten seconds later, on a machine as slow as that, it has been reset.
        self.assertTrue(device.state == STATE_QUARANTINED or
                        device.device_resets_total > 0, device)

    def test_a_device_that_goes_comes_back(self):
        with daemon_lib.Daemon(POLICY, device=MODELS) as daemon:
            devices = Devices(daemon)
            devices.inject("zip0", "REMOVE")
            devices.wait_for("zip0", lambda d: d.state == STATE_GONE, "gone")

            def compress():
                return devices.api.Accelerator.Compress(
                    input=case.text(5000), format=GZIP).execution

            execution = compress()
            self.assertEqual(execution.path, PATH_SOFTWARE)
            self.assertEqual(execution.fallback_reason, "UNAVAILABLE")
            devices.inject("zip0", "RETURN")
            # On probation it is given a few requests at a time.
            daemon_lib.wait_until(
                lambda: compress().path == PATH_HARDWARE, "work for zip0")
            daemon_lib.wait_until(
                lambda: compress() and
                devices.device("zip0").state == STATE_UP, "zip0 to be up")


class HealthyTest(case.DaemonTest):

    CONFIG = POLICY
    DEVICE = MODELS

    def test_work_is_done_by_the_models(self):
        text = case.text(50_000)
        for name, response in (
                ("zip0", self.api.Accelerator.Compress(
                    input=text, format=GZIP)),
                ("sec0", self.api.Accelerator.Digest(
                    input=text, algorithm="HASH_ALGORITHM_SHA256"))):
            execution = response.execution
            self.assertEqual(execution.device, name)
            self.assertEqual(execution.path, PATH_HARDWARE)
            self.assertTrue(execution.simulated)
            self.assertEqual(execution.fallback_reason, "")


class HardwareOnlyTest(unittest.TestCase):

    def test_without_the_device_it_is_unavailable(self):
        config = POLICY.replace("policy {", "policy { mode: HARDWARE_ONLY", 1)
        with daemon_lib.Daemon(config, device=MODELS) as daemon:
            devices = Devices(daemon)
            devices.inject("zip0", "REMOVE")
            devices.wait_for("zip0", lambda d: d.state == STATE_GONE, "gone")
            with self.assertRaises(grpc.RpcError) as caught:
                devices.api.Accelerator.Compress(
                    input=case.text(5000), format=GZIP)
            self.assertEqual(caught.exception.code(),
                             grpc.StatusCode.UNAVAILABLE)
            self.assertIn("zip0", caught.exception.details())
            # What the CPU alone can do is not there at all.
            with self.assertRaises(grpc.RpcError) as caught:
                devices.api.Accelerator.Compress(
                    input=b"x", format="COMPRESSION_FORMAT_ZSTD")
            self.assertEqual(caught.exception.code(),
                             grpc.StatusCode.UNIMPLEMENTED)


    def failure(self, call, code, reason):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        failure = reflection.failure(caught.exception)
        self.assertEqual((failure.code, failure.reason), (code, reason),
                         failure)
        return failure

    def test_a_sick_device_does_not_blame_the_input(self):
        text = case.text(50_000)
        packed = gzip.compress(text)
        config = POLICY.replace("policy {", "policy { mode: HARDWARE_ONLY", 1)
        # Corrupt data, and room that is never enough.
        for status in (0x45, 0x0e):
            with self.subTest(status=status), daemon_lib.Daemon(
                    config, device=MODELS) as daemon:
                devices = Devices(daemon)
                devices.inject("zip0", "STATUS", parameter=status,
                               count=1_000_000)
                for _ in range(3):
                    failure = self.failure(
                        lambda: devices.api.Accelerator.Decompress(
                            input=packed),
                        grpc.StatusCode.UNAVAILABLE, "DEVICES_OUT_OF_USE")
                    self.assertIn("zip0", failure.message)
                device = devices.device("zip0")
                self.assertEqual(device.state, STATE_QUARANTINED, device)
                self.assertEqual(device.mismatches_total, 1)

    def test_a_stream_that_cannot_be_verified_is_refused(self):
        config = POLICY.replace("policy {", "policy { mode: HARDWARE_ONLY", 1)
        text = case.text(50_000)
        with daemon_lib.Daemon(config, device=MODELS) as daemon:
            devices = Devices(daemon)
            devices.inject("sec0", "CORRUPT")

            def digest(**options):
                return list(devices.api.Accelerator.DigestStream.stream(iter([{
                    "options": {"algorithm": "HASH_ALGORITHM_SHA256",
                                **options},
                    "input": text}])))

            self.failure(digest, grpc.StatusCode.FAILED_PRECONDITION,
                         "STREAM_NOT_VERIFIABLE")
            responses = digest(mode="EXECUTION_MODE_PREFER_HARDWARE")
            self.assertEqual(b"".join(r.output for r in responses),
                             hashlib.sha256(text).digest())

    def test_streams_of_a_sick_device_are_unavailable(self):
        config = POLICY.replace("policy {", "policy { mode: HARDWARE_ONLY", 1)
        config = config.replace("mode: ALL", "mode: OFF")
        packed = gzip.compress(case.text(50_000))
        with daemon_lib.Daemon(config, device=MODELS) as daemon:
            devices = Devices(daemon)

            def decompress():
                list(devices.api.Accelerator.DecompressStream.stream(
                    iter([{"input": packed}])))

            decompress()
            # What the driver makes of them: no progress, other errors.
            for status, reason in ((0x0d, "DEVICE_FAILED"),
                                   (0x0f, "DEVICE_FAILED"),
                                   (0x0e, "DEVICE_FAILED"),
                                   (0x45, "INPUT_NOT_CONFIRMED")):
                with self.subTest(status=status):
                    devices.inject("zip0", "STATUS", parameter=status)
                    failure = self.failure(
                        decompress, grpc.StatusCode.UNAVAILABLE, reason)
                    self.assertIn("zip0", failure.message)


class GuardTest(case.DaemonTest):

    DEVICE = MODELS

    def test_faults_are_not_for_everybody(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.api.Admin.InjectFault(device="zip0", fault={"kind": "STUCK"})
        self.assertEqual(caught.exception.code(),
                         grpc.StatusCode.PERMISSION_DENIED)


PATH_HARDWARE, PATH_SOFTWARE = 1, 2
STATE_UP, STATE_QUARANTINED, STATE_GONE = 1, 6, 7


if __name__ == "__main__":
    unittest.main()
