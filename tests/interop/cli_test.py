"""uaccectl behaves as its --help says, against a real daemon.

Proves: OUT appears complete or not at all and is left alone on every failure;
each documented exit code is reached; facts are also valid JSON; the default
address comes from UACCED_SERVER; a killed client leaves no temporary file and
a daemon that goes on; an input over a limit is a clear error. Inputs larger
than a request are in cli_stream_test.py.
"""

import json
import os
import signal
import stat
import subprocess
import unittest

from tests.support import case
from tests.support import cli
from tests.support import daemon as daemon_lib


class OutputTest(cli.CliTest):

    def setUp(self):
        self.out = self.path("out")
        with open(self.out, "wb") as out:
            out.write(b"precious")
        self.before = sorted(os.listdir(self.directory))

    def assert_untouched(self):
        self.assertEqual(self.read(self.out), b"precious")
        self.assertEqual(sorted(os.listdir(self.directory)), self.before)

    def test_out_is_left_alone_on_failure(self):
        for code, arguments in (
                (cli.CORRUPT, ["decompress", self.files["noise"]]),
                (cli.LIMIT, ["decompress", "--max-output", "1K",
                             self.files["compressed"]]),
                (cli.NOT_FOUND, ["encrypt", "-k", "nobody",
                                 self.files["text"]]),
                (cli.CORRUPT, ["decrypt", self.files["text"]]),
                (cli.FAILURE, ["compress", self.path("missing")]),
                (cli.USAGE, ["compress", "-f", "rar", self.files["text"]])):
            with self.subTest(arguments):
                self.cli_fails(code, *arguments, "-o", self.out)
                self.assert_untouched()

    def test_out_is_replaced_and_keeps_its_mode(self):
        os.chmod(self.out, 0o604)
        self.cli("compress", self.files["text"], "-o", self.out)
        self.assertEqual(stat.S_IMODE(os.stat(self.out).st_mode), 0o604)
        self.assertEqual(
            cli.run("gzip", "-dc", stdin=self.read(self.out)).stdout,
            self.read(self.files["text"]))
        self.assertEqual(sorted(os.listdir(self.directory)), self.before)

    def test_in_may_be_out(self):
        path = self.path("same")
        with open(path, "wb") as out:
            out.write(case.text(100_000))
        self.cli("compress", path, "-o", path)
        self.cli("decompress", path, "-o", path)
        self.assertEqual(self.read(path), case.text(100_000))
        os.unlink(path)

    def test_directory_that_cannot_be_written(self):
        self.cli_fails(cli.FAILURE, "compress", self.files["text"], "-o",
                       self.path("none/out"))

    def test_killed_client_leaves_nothing(self):
        reading, writing = os.pipe()
        process = subprocess.Popen(
            [daemon_lib.binary("UACCED_CLI"), "--server", self.daemon.target,
             "compress", "-o", self.out], stdin=reading)
        os.close(reading)
        os.write(writing, b"x" * 10_000)
        # It holds its temporary file while it waits for the rest.
        daemon_lib.wait_until(
            lambda: sorted(os.listdir(self.directory)) != self.before,
            "the temporary file")
        process.send_signal(signal.SIGTERM)
        self.assertNotEqual(process.wait(60), 0)
        os.close(writing)
        self.assert_untouched()
        self.assert_answers()


class ExitCodeTest(cli.CliTest):

    def test_wrong_command_lines(self):
        for arguments in ([], ["explode"], ["compress", "a", "b"],
                          ["compress", "-l", "x"], ["compress", "--fast"],
                          ["encrypt"], ["keys"], ["keys", "create"],
                          ["keys", "create", "-bad"],
                          ["keys", "import", "k"], ["digest", "-a", "md5"],
                          ["compress", "--serial", "--verify"],
                          ["bench", "--operation", "encrypt"]):
            with self.subTest(arguments):
                self.cli_fails(cli.USAGE, *arguments)

    def test_level_out_of_range(self):
        self.cli_fails(cli.USAGE, "compress", "-l", "13", stdin=b"x")

    def test_unreachable_daemon(self):
        done = cli.run(daemon_lib.binary("UACCED_CLI"), "--server",
                       "unix:" + self.path("no.sock"), "status", check=False)
        self.assertEqual(done.returncode, cli.UNREACHABLE, done.stderr)
        self.assertIn(b"no.sock", done.stderr)

    def test_keys(self):
        self.cli("keys", "create", "k")
        self.cli_fails(cli.FAILURE, "keys", "create", "k")
        self.cli("keys", "destroy", "k")
        self.cli_fails(cli.NOT_FOUND, "keys", "destroy", "k")

    def test_input_over_the_limit_of_version_0(self):
        big = self.path("big")
        with open(big, "wb") as out:
            out.truncate((64 << 20) + 1)
        self.cli("keys", "create", "mine", "--caller-nonce")
        line = self.cli_fails(cli.LIMIT, "encrypt", "-k", "mine", big)
        self.assertIn("big", line)
        self.cli("keys", "destroy", "mine")
        os.unlink(big)

    def test_bomb(self):
        bomb = cli.run("gzip", "-c", stdin=bytes(65 << 20)).stdout
        out = self.path("bomb.out")
        self.cli_fails(cli.LIMIT, "decompress", "--max-output", "1M", "-o", out,
                       stdin=bomb)
        self.assertFalse(os.path.exists(out))

    def test_deadline(self):
        done = self.cli("--timeout", "1ms", "compress", "-f", "zstd", "-l",
                        "19", self.files["several MiB"], check=False)
        self.assertEqual(done.returncode, 8, done.stderr)


class FactsTest(cli.CliTest):

    def test_json(self):
        self.cli("keys", "create", "j")
        status = json.loads(self.cli("status", "--json").stdout)
        self.assertEqual((status["state"], status["keys"]), ("serving", 1))
        device, = json.loads(self.cli("devices", "--json").stdout)
        self.assertEqual((device["name"], device["path"]),
                         ("cpu", "software"))
        key, = json.loads(self.cli("keys", "list", "--json").stdout)
        self.assertEqual((key["name"], key["algorithm"]),
                         ("j", "aes-256-gcm"))
        digest = json.loads(self.cli("digest", "--json", stdin=b"").stdout)
        self.assertTrue(digest["digest"].startswith("e3b0c442"))
        self.cli("keys", "destroy", "j")

    def test_tables(self):
        self.assertIn(b"serving", self.cli("status").stdout)
        self.assertIn(b"cpu", self.cli("devices").stdout)
        self.assertEqual(self.cli("keys", "list").stdout.count(b"\n"), 1)

    def test_verbose_says_who_did_the_work(self):
        done = self.cli("-v", "copy", stdin=b"block")
        self.assertEqual(done.stdout, b"block")
        self.assertIn(b"cpu", done.stderr)
        self.assertIn(b"software", done.stderr)

    def test_help_and_version(self):
        for command in ([], ["compress"], ["decompress"], ["encrypt"],
                        ["decrypt"], ["digest"], ["copy"], ["keys"],
                        ["devices"], ["status"], ["bench"]):
            done = self.cli(*command, "--help")
            self.assertTrue(done.stdout.startswith(b"Usage: uaccectl"))
        self.assertRegex(self.cli("--version").stdout,
                         rb"^uaccectl \d+\.\d+\.\d+\n$")

    def test_server_from_the_environment(self):
        environment = dict(os.environ, UACCED_SERVER=self.daemon.target)
        done = subprocess.run(
            [daemon_lib.binary("UACCED_CLI"), "status"], env=environment,
            capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
