"""Runs uaccectl, and other programs, in a directory of the test's own."""

import os
import shutil
import subprocess
import tempfile

from tests.support import case
from tests.support import daemon as daemon_lib

# Exit codes of uaccectl, as its --help documents them.
OK, FAILURE, USAGE, UNREACHABLE, CORRUPT, LIMIT, NOT_FOUND, PERMISSION = range(
    8)

TIMEOUT_S = 120


def run(*command, stdin=b"", check=True, cwd=None):
    """Runs a program; raises with its stderr when it fails and `check`."""
    done = subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True,
        timeout=TIMEOUT_S, check=False, cwd=cwd)
    if check and done.returncode != 0:
        raise AssertionError("%s ended with %d: %s" % (
            command, done.returncode, done.stderr.decode()))
    return done


def inputs():
    """Kinds of content, by name, that every round trip is made with."""
    text = case.text(300_000)
    return {
        "empty": b"",
        "one byte": b"x",
        "text": text,
        "zeros": bytes(4 << 20),
        "noise": case.noise(1_000_003),
        "compressed": run("/usr/bin/gzip", "-c", stdin=text).stdout,
        "several MiB": case.text(2 << 20) + case.noise(1 << 20) +
                       bytes(1 << 20),
    }


class CliTest(case.DaemonTest):
    """One daemon, one directory of input files, and uaccectl."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory = tempfile.mkdtemp(prefix="uaccectl-")
        cls.files = {}
        for name, content in inputs().items():
            path = os.path.join(cls.directory, name)
            with open(path, "wb") as out:
                out.write(content)
            cls.files[name] = path

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)
        super().tearDownClass()

    def cli(self, *arguments, stdin=b"", check=True):
        return run(daemon_lib.binary("UACCED_CLI"), "--server",
                   self.daemon.target, *arguments, stdin=stdin, check=check)

    def cli_fails(self, code, *arguments, stdin=b""):
        """Asserts the exit code and one line of explanation; returns it."""
        done = self.cli(*arguments, stdin=stdin, check=False)
        self.assertEqual(done.returncode, code, (arguments, done.stderr))
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("uaccectl: "), lines)
        self.assertEqual(done.stdout, b"")
        return lines[0]

    def path(self, name):
        return os.path.join(self.directory, name)

    @staticmethod
    def read(path):
        with open(path, "rb") as content:
            return content.read()

    def import_by_cli(self, name, algorithm, material, *more):
        self.cli("keys", "import", name, "-a", algorithm, "--from", "-",
                 "--hex", *more, stdin=material.hex().encode())
        self.addCleanup(self.cli, "keys", "destroy", name)
