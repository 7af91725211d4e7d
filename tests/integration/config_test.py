"""The command line and the configuration file are checked whole and early.

Proves that --check accepts what is good and refuses what is not with exit code
2 and FILE:LINE of the field, that a daemon does not start on what --check
refuses, that --help and --version answer without a file, and that a socket
file is taken over from a dead daemon but never from a living one.
"""

import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

from tests.support import daemon as daemon_lib
from tests.support import reflection

GOOD = """listener { unix { path: "uacced.sock" } }
device { name: "cpu" soft {} }
"""

# (what is wrong, text, line of the error)
BAD = [
    ("empty", "", None),
    ("no listener", 'device { name: "cpu" soft {} }\n', None),
    ("no device", 'listener { unix { path: "s" } }\n', None),
    ("unknown field", GOOD + "\nspeed: 9\n", 4),
    ("unknown nested field", GOOD + "limits {\n  max_job: 9\n}\n", 4),
    ("not a message", GOOD + "limits: 5\n", 3),
    ("wrong type", GOOD + 'limits {\n\n  max_jobs: "many"\n}\n', 5),
    ("negative", GOOD + "limits { max_jobs: -1 }\n", 3),
    ("too large for its type", GOOD + "limits { max_jobs: 4294967296 }\n", 3),
    ("not closed", GOOD + "limits {\n", None),
    ("garbage", "\x00\x01\x02", 1),
    ("set twice", GOOD + "limits { max_jobs: 5 max_jobs: 6 }\n", 3),
    ("jobs", GOOD + "limits {\n  max_jobs: 65537\n}\n", 4),
    ("message too small", GOOD + "limits { max_message_bytes: 4095 }\n", 3),
    ("message too large", GOOD + "\nlimits { max_message_bytes: 1073741825 }",
     4),
    ("bytes below one message",
     GOOD + "limits {\n  max_bytes: 1000000\n}\n", 4),
    ("connections", GOOD + "limits { max_connections: 65537 }", 3),
    ("age", GOOD + "limits { max_connection_age_ms: 999 }", 3),
    ("idle", GOOD + "limits { max_connection_idle_ms: 3600001 }", 3),
    ("workers", 'listener { unix { path: "s" } }\n'
     'device {\n name: "cpu"\n soft {\n  workers: 257\n } }', 5),
    ("queue depth", 'listener { unix { path: "s" } }\n'
     'device { name: "cpu" soft { queue_depth: 1025 } }', 2),
    ("spin", GOOD + "reactor { spin_us: 10001 }", 3),
    ("inbox", GOOD + "reactor { inbox_entries: 65537 }", 3),
    ("reply threads", GOOD + "reactor { reply_threads: 65 }", 3),
    ("keys", GOOD + "keys { max_keys: 100001 }", 3),
    ("drain", GOOD + "shutdown { drain_timeout_ms: 600001 }", 3),
    ("log level", GOOD + "log { level: LOUD }", 3),
    ("metrics port", GOOD + "metrics { port: 65536 }", 3),
    ("metrics address", GOOD + 'metrics { address: "localhost" }', 3),
    ("device name", 'listener { unix { path: "s" } }\n'
     'device { name: "C P U" soft {} }', 2),
    ("device name too long", 'listener { unix { path: "s" } }\n'
     'device { name: "%s" soft {} }' % ("x" * 33), 2),
    ("device without name", 'listener { unix { path: "s" } }\n'
     'device { soft {} }', 2),
    ("device without kind", 'listener { unix { path: "s" } }\n'
     'device { name: "cpu" }', 2),
    ("two devices of one name", GOOD + 'device { name: "cpu" soft {} }', 3),
    ("listener without address", "listener {}\n" + GOOD, 1),
    ("socket path too long", 'listener { unix { path: "%s" } }\n'
     'device { name: "cpu" soft {} }' % ("/" + "x" * 107), 1),
    ("no socket path", 'listener { unix {} }\n'
     'device { name: "cpu" soft {} }', 1),
    ("socket mode", 'listener { unix { path: "s" mode: "rw" } }\n'
     'device { name: "cpu" soft {} }', 1),
    ("socket mode of 9", 'listener { unix { path: "s" mode: "0990" } }\n'
     'device { name: "cpu" soft {} }', 1),
    ("port 0", 'listener { tcp { port: 0 } }\n'
     'device { name: "cpu" soft {} }', 1),
    ("open to the world", 'listener { tcp { address: "0.0.0.0" port: 7 } }\n'
     'device { name: "cpu" soft {} }', 1),
    ("a name for an address",
     'listener { tcp { address: "localhost" port: 7 } }\n'
     'device { name: "cpu" soft {} }', 1),
    ("two listeners of one path",
     'listener { unix { path: "s" } }\nlistener { unix { path: "./s" } }\n'
     'device { name: "cpu" soft {} }', 2),
    ("no port", 'listener { tcp {} }\ndevice { name: "cpu" soft {} }', 1),
    ("inherited index", 'listener { inherited { index: 16 } }\n'
     'device { name: "cpu" soft {} }', 1),
]

ALSO_GOOD = [
    ("the least", GOOD),
    ("comments", "# a comment\n" + GOOD),
    ("no workers", 'listener { unix { path: "s" } }\n'
     'device { name: "cpu" soft { workers: 0 inline_budget_us: 0 } }'),
    ("loopback", 'listener { tcp { port: 7 } }\n'
     'device { name: "a-b_1" soft {} }'),
    ("loopback of IPv6", 'listener { tcp { address: "::1" port: 7 } }\n'
     'device { name: "cpu" soft {} }'),
    ("open to the world on request",
     'listener { tcp { address: "0.0.0.0" port: 7 allow_non_loopback: true } }'
     '\ndevice { name: "cpu" soft {} }'),
    ("everything", GOOD + """
     metrics { address: "127.0.0.1" port: 65535 }
     limits {
       max_message_bytes: 4096
       max_output_bytes: 1073741824
       max_jobs: 65536
       max_bytes: 1073745920
       max_connections: 65536
       max_jobs_per_connection: 1
       max_connection_age_ms: 1000
       max_connection_idle_ms: 3600000
     }
     reactor { spin_us: 0 inbox_entries: 2 reply_threads: 64 }
     keys { max_keys: 100000 }
     shutdown { drain_timeout_ms: 1 }
     log { level: WARNING }
     """),
]


class ConfigTest(unittest.TestCase):

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="uacced-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def run_daemon(self, *arguments):
        return subprocess.run(
            [daemon_lib.binary("UACCED_DAEMON"), *arguments], timeout=60,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=self.directory, check=False)

    def write(self, text):
        path = os.path.join(self.directory, "test.textproto")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def test_check_accepts_what_is_good(self):
        for name, text in ALSO_GOOD:
            with self.subTest(name):
                done = self.run_daemon("--config", self.write(text), "--check")
                self.assertEqual(done.returncode, 0, done.stderr)
                # Nothing was started or left behind.
                self.assertEqual(os.listdir(self.directory),
                                 ["test.textproto"])

    def test_check_refuses_what_is_bad_and_says_where(self):
        for name, text, line in BAD:
            with self.subTest(name):
                path = self.write(text)
                done = self.run_daemon("--config", path, "--check")
                self.assertEqual(done.returncode, 2, done.stderr)
                where = path + ":" + (str(line) + ":" if line else "")
                self.assertIn(where, done.stderr)

    def test_all_errors_of_a_file_are_told_at_once(self):
        path = self.write(GOOD + "limits {\n max_jobs: 70000\n"
                          " max_connections: 70000\n}\n")
        done = self.run_daemon("--config", path, "--check")
        self.assertIn(path + ":4:", done.stderr)
        self.assertIn(path + ":5:", done.stderr)

    def test_daemon_does_not_start_on_a_bad_file(self):
        path = self.write(GOOD + "speed: 9\n")
        done = self.run_daemon("--config", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn(path + ":3:", done.stderr)
        self.assertEqual(os.listdir(self.directory), ["test.textproto"])

    def test_file_that_cannot_be_read(self):
        for path in (self.directory + "/none", self.directory, "/dev/null"):
            for more in ([], ["--check"]):
                done = self.run_daemon("--config", path, *more)
                self.assertEqual(done.returncode, 2, (path, done.stderr))
                self.assertIn(path, done.stderr)

    def test_wrong_command_lines(self):
        for arguments in (["--config"], ["--speed=9"], ["extra"],
                          ["--config", self.write(GOOD), "extra"]):
            with self.subTest(arguments):
                done = self.run_daemon(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertTrue(done.stderr)

    def test_help_and_version_need_no_file(self):
        done = self.run_daemon("--help")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("--config", "--check", "--version"):
            self.assertIn(word, done.stdout)
        done = self.run_daemon("--version")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^uacced \d+\.\d+\.\d+")

    def test_inherited_socket_that_nobody_passes(self):
        path = self.write("listener { inherited {} }\n"
                          'device { name: "cpu" soft {} }\n')
        done = self.run_daemon("--config", path)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("LISTEN_FDS", done.stderr)


class SocketFileTest(unittest.TestCase):

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="uacced-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def daemon(self, **fields):
        return daemon_lib.Daemon(directory=self.directory, **fields)

    def assert_serves(self, daemon):
        with daemon:
            self.assertEqual(
                daemon.client().Accelerator.Copy(input=b"x").output, b"x")

    def test_stale_socket_is_replaced(self):
        with self.daemon() as first:
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
            self.assertTrue(os.path.exists(first.socket_path))
            self.assert_serves(self.daemon())
            first.process.returncode = 0

    def test_live_socket_is_refused_and_left_alone(self):
        with self.daemon() as first:
            second = self.daemon(wait=False)
            second.start()
            self.assertEqual(second.process.wait(60), 1)
            self.assertIn(first.socket_path, second.log())
            self.assertEqual(
                first.client().Accelerator.Copy(input=b"x").output, b"x")

    def test_file_that_is_no_socket_is_refused_and_left_alone(self):
        path = os.path.join(self.directory, "uacced.sock")
        with open(path, "wb") as out:
            out.write(b"precious")
        daemon = self.daemon(wait=False)
        daemon.start()
        self.assertEqual(daemon.process.wait(60), 1)
        with open(path, "rb") as kept:
            self.assertEqual(kept.read(), b"precious")

    def test_group_that_does_not_exist(self):
        daemon = self.daemon(wait=False)
        daemon.config = daemon.config.replace(
            "unix {", 'unix { group: "no-such-group"')
        daemon.start()
        self.assertEqual(daemon.process.wait(60), 1)
        self.assertIn("no-such-group", daemon.log())
        self.assertFalse(os.path.exists(daemon.socket_path))

    def test_mode_of_the_socket(self):
        with self.daemon() as daemon:
            mode = stat.S_IMODE(os.stat(daemon.socket_path).st_mode)
            self.assertEqual(mode, 0o660)

    def test_metrics_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            daemon = self.daemon(wait=False)
            port = taken.getsockname()[1]
            daemon.config = daemon.config.replace(
                str(daemon.metrics_port), str(port))
            daemon.start()
            self.assertEqual(daemon.process.wait(60), 1)
            self.assertIn(str(port), daemon.log())
            self.assertFalse(os.path.exists(daemon.socket_path))

    def test_tcp_when_configured(self):
        port = daemon_lib.free_port()
        with self.daemon(config="listener { tcp { port: %d } }" %
                         port) as daemon:
            client = reflection.Client("127.0.0.1:%d" % port)
            self.assertEqual(
                client.Accelerator.Copy(input=b"x").output, b"x")
            client.close()
            self.assertEqual(
                daemon.client().Accelerator.Copy(input=b"y").output, b"y")


if __name__ == "__main__":
    unittest.main()
