"""Devices that fail under load: models of accelerators are made to fail in every
way they can while clients work and check every answer. With a CPU to fall back
to nobody notices; without, every error is UNAVAILABLE; and `uaccectl devices`
tells what happened.
"""

import json
import subprocess
import unittest

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib

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


class FaultTest(case.DaemonTest):
    """Each test leaves the models without faults."""

    CONFIG = POLICY
    DEVICE = MODELS

    def tearDown(self):
        for device in ("zip0", "sec0"):
            self.api.Admin.ClearFaults(device=device)

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

    def hit(self, device, kind, hits=3, **fields):
        """Lets the device fail `hits` times, each time once it is in use."""
        for _ in range(hits):
            self.wait_until_used(device)
            before = self.faults(device)
            self.inject(device, kind, **fields)
            if kind in OF_DEVICES:
                continue
            daemon_lib.wait_until(
                lambda: self.faults(device) > before, "a fault to hit")

    def faults(self, device):
        return sum(f.hits for f in self.api.Admin.ListFaults(device=device).faults)


class PreferHardwareTest(FaultTest):

    def test_work_is_done_by_the_models(self):
        for operation, name in (("compress", "zip0"), ("digest", "sec0")):
            if operation == "compress":
                call = lambda: self.api.Accelerator.Compress(
                    input=case.text(5000), format=GZIP)
            else:
                call = lambda: self.api.Accelerator.Digest(
                    input=case.text(5000), algorithm="HASH_ALGORITHM_SHA256")
            execution = call().execution
            self.assertEqual(execution.device, name)
            self.assertEqual(execution.path, 1)
            self.assertTrue(execution.simulated)
            self.assertEqual(execution.fallback_reason, "")

    def run_faults(self, device, operation, kinds, **fields):
        with Load(self.daemon, "--operation", operation, seconds=4) as load:
            for kind in kinds:
                with self.subTest(kind=kind):
                    self.hit(device, kind, hits=1, **fields)
        self.assertEqual(load.report["errors"], 0, load.report)
        self.assertEqual(load.report["wrong_answers"], 0, load.report)
        self.assertGreater(load.report["operations"], 0)

    def test_faults_of_requests_are_not_noticed(self):
        for kind in OF_REQUESTS:
            with self.subTest(kind=kind):
                fields = {"parameter": 400_000_000} if kind == "SLOW" else {}
                self.run_faults("zip0", "compress", [kind], **fields)

    def test_faults_of_ciphers_are_not_noticed(self):
        self.run_faults("sec0", "encrypt", ["STATUS", "CORRUPT"])

    def test_a_stuck_queue_is_reset(self):
        before = self.device("zip0")
        self.run_faults("zip0", "compress", ["STUCK"])
        self.wait_for("zip0", lambda d: d.queue_resets_total +
                      d.device_resets_total > before.queue_resets_total +
                      before.device_resets_total, "a reset")

    def test_a_stopped_queue_is_opened_again(self):
        self.run_faults("zip0", "compress", ["STOP_QUEUE"])

    def test_a_device_that_goes_comes_back(self):
        with Load(self.daemon, "--operation", "compress", seconds=6) as load:
            self.wait_until_used("zip0")
            self.inject("zip0", "REMOVE")
            self.wait_for("zip0", lambda d: d.state == STATE_GONE, "gone")
            execution = self.api.Accelerator.Compress(
                input=case.text(5000), format=GZIP).execution
            self.assertEqual(execution.path, 2)
            self.assertIn(execution.fallback_reason,
                          ("UNAVAILABLE", "DEVICE_LOST"))
            self.inject("zip0", "RETURN")
            self.wait_for("zip0", lambda d: d.state == STATE_UP, "up again")
        self.assertEqual(load.report["errors"], 0, load.report)
        self.assertEqual(load.report["wrong_answers"], 0, load.report)


class HardwareOnlyTest(FaultTest):

    CONFIG = POLICY.replace("policy {", "policy { mode: HARDWARE_ONLY", 1)

    def test_without_the_device_it_is_unavailable(self):
        self.inject("zip0", "REMOVE")
        self.wait_for("zip0", lambda d: d.state == STATE_GONE, "gone")
        with self.assertRaises(grpc.RpcError) as caught:
            self.api.Accelerator.Compress(input=case.text(5000), format=GZIP)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertIn("zip0", caught.exception.details())
        # What the CPU alone can do is not there at all.
        with self.assertRaises(grpc.RpcError) as caught:
            self.api.Accelerator.Compress(
                input=b"x", format="COMPRESSION_FORMAT_ZSTD")
        self.assertEqual(caught.exception.code(),
                         grpc.StatusCode.UNIMPLEMENTED)
        self.inject("zip0", "RETURN")
        self.wait_for("zip0", lambda d: d.state == STATE_UP or
                      d.state == STATE_PROBATION, "back")


class GuardTest(case.DaemonTest):

    DEVICE = MODELS

    def test_faults_are_not_for_everybody(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.api.Admin.InjectFault(device="zip0", fault={"kind": "STUCK"})
        self.assertEqual(caught.exception.code(),
                         grpc.StatusCode.PERMISSION_DENIED)


STATE_UP, STATE_PROBATION, STATE_GONE = 1, 3, 7


if __name__ == "__main__":
    unittest.main()
