"""A daemon that is told to stop loses no request that it accepted.

Proves:
 - SIGTERM under load: every accepted call is answered OK; a call fails only
   because there is nobody to connect to any more; the daemon exits 0;
 - a connection that ends by its age leaves its client time to read;
 - restart on a listening socket that a parent keeps (as systemd does): over
   several hand-overs no call of an ordinary gRPC channel fails;
 - idle daemons exit at once, work in flight is finished, health and Admin tell
   of the drain, and a second SIGTERM hurries.
"""

import collections
import os
import shutil
import socket
import tempfile
import threading
import time
import unittest

import grpc

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import http2
from tests.support import reflection

# Connections age fast, so that clients leave and the test is short.
QUICK = """
    limits { max_connection_age_ms: 1000 }
    shutdown { drain_timeout_ms: 60000 }
"""


class Hammer:
    """Threads that call without pause, each on a channel of its own.

    A thread ends at stop() or at its first failure.
    """

    def __init__(self, target, channels, options=(), depth=6):
        self._stop = threading.Event()
        self._depth = depth
        self._lock = threading.Lock()
        self.answered = collections.Counter()
        self.failures = []
        self._clients = [reflection.Client(target, options)
                         for _ in range(channels)]
        self._threads = [
            threading.Thread(target=self._run, args=(client, seed))
            for seed, client in enumerate(self._clients)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, client, seed):
        small, large = case.noise(64, seed), case.text(100_000, seed)
        accelerator = client.Accelerator
        failed = False
        while not self._stop.is_set() and not failed:
            calls = [
                (small, accelerator.Copy.future(input=small))
                for _ in range(self._depth)
            ]
            packing = accelerator.Compress.future(
                input=large, format="COMPRESSION_FORMAT_GZIP", level=6)
            for data, call in calls:
                failed |= self._record(call, lambda answer, data=data:
                                       answer.output == data)
            failed |= self._record(packing, lambda answer: answer.output)

    def _record(self, call, is_right):
        """Counts one call; True when it failed."""
        error = call.exception()
        with self._lock:
            if error is None:
                self.answered["right" if is_right(call.result())
                              else "wrong"] += 1
                return False
            self.failures.append(error)
            return True

    def count(self):
        with self._lock:
            return self.answered["right"]

    def wait_for_more(self, count=200):
        """Waits until `count` more calls were answered, or one failed."""
        goal = self.count() + count
        daemon_lib.wait_until(
            lambda: self.count() >= goal or self.failures,
            "%d more answers" % count)

    def join(self):
        """Waits for all threads to end by themselves or after stop()."""
        for thread in self._threads:
            thread.join(120)
        for client in self._clients:
            client.close()

    def stop(self):
        self._stop.set()
        self.join()


def is_never_accepted(error):
    """True when the call found nobody to connect to, or was told to go."""
    if error.code() != grpc.StatusCode.UNAVAILABLE:
        return False
    return ("failed to connect" in error.details().lower() or
            reflection.failure(error).reason == "SHUTTING_DOWN")


def can_connect(path):
    with socket.socket(socket.AF_UNIX) as late:
        try:
            late.connect(path)
        except OSError:
            return False
        return True


class TerminateTest(unittest.TestCase):

    def test_under_load_every_accepted_call_is_answered(self):
        with daemon_lib.Daemon(QUICK) as daemon:
            hammer = Hammer(daemon.target, channels=4)
            try:
                hammer.wait_for_more(500)
                self.assertEqual(hammer.failures, [])
                daemon.terminate()
                daemon.wait_exit()
                hammer.join()
            finally:
                hammer.stop()
            self.assertEqual(hammer.answered["wrong"], 0)
            lost = [e for e in hammer.failures if not is_never_accepted(e)]
            self.assertEqual(lost, [])
            self.assertTrue(hammer.failures, "clients never saw the end")

    def test_work_in_flight_is_finished(self):
        with daemon_lib.Daemon(QUICK) as daemon:
            client = daemon.client()
            data = case.text(1_500_000)
            calls = [
                client.Accelerator.Compress.future(
                    input=data, format="COMPRESSION_FORMAT_ZSTD", level=19)
                for _ in range(6)
            ]
            daemon_lib.wait_until(
                lambda: client.Admin.GetStatus().jobs_in_flight > 0,
                "work in flight")
            daemon.terminate()
            for call in calls:
                self.assertTrue(call.result().output)
            client.close()
            daemon.wait_exit()

    def test_idle_daemon_exits_at_once(self):
        with daemon_lib.Daemon(
                "limits { max_connection_age_ms: 600000 }") as daemon:
            started = time.monotonic()
            daemon.terminate()
            daemon.wait_exit()
            self.assertLess(time.monotonic() - started, 5)

    def test_drain_is_told_and_second_signal_hurries(self):
        with daemon_lib.Daemon("""
                limits { max_connection_age_ms: 600000 }
                shutdown { drain_timeout_ms: 600000 }""") as daemon:
            client = daemon.client()
            self.assertEqual(reflection.health(client.channel), "SERVING")
            daemon.terminate()
            daemon_lib.wait_until(
                lambda: reflection.health(client.channel) == "NOT_SERVING",
                "health NOT_SERVING")
            self.assertEqual(client.Admin.GetStatus().state, 2)
            # Whoever is connected is still served.
            self.assertEqual(client.Accelerator.Copy(input=b"x").output, b"x")
            # Health changes first, then the socket closes.
            daemon_lib.wait_until(
                lambda: not can_connect(daemon.socket_path),
                "the socket to close")
            started = time.monotonic()
            daemon.terminate()
            daemon.wait_exit()
            self.assertLess(time.monotonic() - started, 30)

    def test_socket_file_is_removed(self):
        with daemon_lib.Daemon() as daemon:
            self.assertTrue(os.path.exists(daemon.socket_path))
            daemon.terminate()
            daemon.wait_exit()
            self.assertFalse(os.path.exists(daemon.socket_path))


class AgeTest(unittest.TestCase):

    def test_who_reads_its_answer_late_may_still_write(self):
        """gRPC closes an old connection once it has answered. A client whose
        write then fails (a ping, a window) drops what it has not read."""
        with daemon_lib.Daemon(QUICK) as daemon:
            with http2.connect(daemon.socket_path) as connection:
                self.assertTrue(http2.open_call(
                    connection, "/uacced.v1.Accelerator/Copy",
                    http2.message(b"")))
                http2.Writer(connection, 1).obey_until_closed()
                ping = http2.frame(http2.PING, bytes(8))
                self.assertTrue(http2.send(connection, ping))


class HandOverTest(unittest.TestCase):

    ROUNDS = 4

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="uacced-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        path = os.path.join(self.directory, "kept.sock")
        self.listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.listener.close)
        self.listener.bind(path)
        self.listener.listen(128)
        self.path = path

    def test_no_call_of_an_ordinary_client_fails(self):
        daemon = daemon_lib.Daemon(QUICK, inherited=self.listener).start()
        hammer = Hammer("unix:" + self.path, channels=3)
        try:
            for _ in range(self.ROUNDS):
                hammer.wait_for_more()
                leaving = daemon
                daemon = daemon_lib.Daemon(QUICK, inherited=self.listener)
                daemon.start()
                leaving.stop()
                hammer.wait_for_more()
        finally:
            hammer.stop()
            if hammer.failures:
                print(daemon.log())
            daemon.stop()
        self.assertEqual(hammer.failures, [])
        self.assertEqual(hammer.answered["wrong"], 0)
        # The file is the parent's, not the daemon's.
        self.assertTrue(os.path.exists(self.path))


if __name__ == "__main__":
    unittest.main()
