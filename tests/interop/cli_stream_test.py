"""uaccectl on inputs of any size, against a real daemon and the usual tools.

Proves: what uaccectl compresses from a pipe or a file, of lengths around the
blocks' and larger than any request, gzip, zstd and lz4 read, and the other way
round; client and daemon stay below 200 MiB on an input far larger than that;
files that were cut, reordered or changed are refused and leave no output;
signals, full disks, folders that cannot be written and a killed daemon leave
OUT as it was; files of version 0 are still decrypted; the progress bar shows
on a terminal alone and is cleared; bench survives a killed daemon.
"""

import contextlib
import json
import os
import pty
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from tests.support import case
from tests.support import cli
from tests.support import daemon as daemon_lib

TOOLS = {"gzip": ["gzip"], "zstd": ["zstd", "-q"], "lz4": ["lz4", "-q"]}
BLOCK = 1 << 20
LENGTHS = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 12_345)
BIG_BYTES = 300 << 20
MAX_RESIDENT_BYTES = 200 << 20
# Version 1: magic, version, "aes-256-gcm", name, key version, chunk, salt.
CHUNK = 4096 + 16


def header_bytes(key):
    return 4 + 1 + 12 + 1 + len(key) + 4 + 4 + 32


class StreamTest(cli.CliTest):

    def command(self, *arguments):
        return [daemon_lib.binary("UACCED_CLI"), "--server",
                self.daemon.target, *arguments]

    def popen(self, *arguments, **kwargs):
        process = subprocess.Popen(self.command(*arguments), **kwargs)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()

    def temporary(self, name, content):
        path = self.path(name)
        with open(path, "wb") as out:
            out.write(content)
        self.addCleanup(os.unlink, path)
        return path


class FormatsTest(StreamTest):

    def test_tools_read_what_uaccectl_wrote_and_back(self):
        whole = case.text(LENGTHS[-1])
        for format_name, tool in TOOLS.items():
            for length in LENGTHS:
                for more in ([], ["--serial"], ["--block-size=64K"],
                             ["--verify", "--crc32c"]):
                    with self.subTest(format=format_name, length=length,
                                      options=more):
                        data = whole[:length]
                        packed = self.cli("compress", "-f", format_name, *more,
                                          stdin=data).stdout
                        self.assertTrue(
                            cli.run(*tool, "-dc", stdin=packed).stdout == data)
                packed = cli.run(*tool, "-c", stdin=whole[:length]).stdout
                back = self.cli("decompress", "--crc32c", stdin=packed).stdout
                self.assertTrue(back == whole[:length])

    def test_a_pipe_of_commands_gives_the_input_back(self):
        big = self.temporary("big", case.text(3 << 20) * 30)
        self.cli("keys", "create", "k")
        line = ("set -o pipefail; dd if=%s bs=64K status=none | %s compress -f "
                "zstd | %s encrypt -k k | %s copy | %s decrypt | %s decompress "
                "| cmp - %s")
        ours = " ".join(self.command())
        cli.run("bash", "-c", line % (big, ours, ours, ours, ours, ours, big))
        ours_sum = self.cli("digest", big).stdout
        self.assertEqual(ours_sum, cli.run("sha256sum", big).stdout)
        self.cli("keys", "destroy", "k")

    def test_truncated_input_is_refused_and_leaves_nothing(self):
        data = case.text(3 << 20)
        out = self.path("cut.out")
        for format_name in TOOLS:
            packed = self.cli("compress", "-f", format_name, stdin=data).stdout
            for cut in (1, 8, len(packed) // 2, len(packed) - 1):
                with self.subTest(format=format_name, cut=cut):
                    self.cli_fails(cli.CORRUPT, "decompress", "-f",
                                   format_name, "-o", out,
                                   stdin=packed[:-cut])
                    self.assertFalse(os.path.exists(out))

    def test_large_inputs_take_little_memory(self):
        big = self.temporary("huge", b"")
        piece = case.text(1 << 20)
        with open(big, "wb") as out:
            for i in range(BIG_BYTES >> 20):
                out.write(piece[i:] + piece[:i])
        packed, plain = self.path("packed"), self.path("plain")
        self.cli("compress", "-l", "1", big, "-o", packed)
        cli.run("gzip", "-t", packed)
        self.cli("decompress", packed, "-o", plain)
        cli.run("cmp", big, plain)
        self.cli("keys", "create", "k")
        self.cli("encrypt", "-k", "k", big, "-o", packed)
        self.cli("decrypt", packed, "-o", plain)
        cli.run("cmp", big, plain)
        self.cli("copy", big, "-o", plain)
        self.cli("digest", big)
        self.cli("keys", "destroy", "k")
        os.unlink(packed)
        os.unlink(plain)
        if self.daemon.has_sanitizer():
            return
        # Of the largest child so far, in KiB.
        client = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        self.assertLess(client, MAX_RESIDENT_BYTES)
        self.assertLess(self.daemon.resident_bytes(peak=True),
                        MAX_RESIDENT_BYTES)


class EncryptedFileTest(StreamTest):

    def setUp(self):
        self.cli("keys", "create", "k")
        self.addCleanup(self.cli, "keys", "destroy", "k")
        self.data = case.text(5 * 4096 + 100)
        self.file = self.cli("encrypt", "-k", "k", "--chunk-size=4K",
                             stdin=self.data).stdout
        self.head = self.file[:header_bytes("k")]
        body = self.file[len(self.head):]
        self.chunks = [body[i:i + CHUNK] for i in range(0, len(body), CHUNK)]

    def test_layout(self):
        self.assertEqual(self.file[:5], b"UACC\1")
        self.assertEqual(len(self.chunks), 6)
        self.assertEqual(self.cli("decrypt", stdin=self.file).stdout, self.data)

    def test_any_change_is_refused(self):
        chunks, head = self.chunks, self.head
        changed = {
            "last removed": [head] + chunks[:-1],
            "first removed": [head] + chunks[1:],
            "middle removed": [head] + chunks[:2] + chunks[3:],
            "swapped": [head] + chunks[1::-1] + chunks[2:],
            "twice": [head, chunks[0]] + chunks,
            "behind": [self.file, b"x"],
            "another file behind": [self.file, self.file],
            "truncated": [self.file[:-1]],
            "header alone": [head],
            "half a header": [head[:20]],
            "spliced": [self.cli("encrypt", "-k", "k", "--chunk-size=4K",
                                 stdin=self.data).stdout[:len(head)]] + chunks,
        }
        for position in range(0, len(self.file), 97):
            flipped = bytearray(self.file)
            flipped[position] ^= 0x40
            changed["byte %d" % position] = [bytes(flipped)]
        out = self.path("decrypted")
        for name, parts in changed.items():
            with self.subTest(name):
                done = self.cli("decrypt", "-o", out, stdin=b"".join(parts),
                                check=False)
                # A changed name names no key.
                self.assertIn(done.returncode, (cli.CORRUPT, cli.NOT_FOUND))
                self.assertFalse(os.path.exists(out))

    def test_the_key_may_have_another_name_and_the_algorithm_is_checked(self):
        self.import_by_cli("one", "aes-256-gcm", bytes(range(32)))
        self.import_by_cli("two", "aes-256-gcm", bytes(range(32)))
        file = self.cli("encrypt", "-k", "one", stdin=b"text").stdout
        self.assertEqual(
            self.cli("decrypt", "-k", "two", stdin=file).stdout, b"text")
        self.cli_fails(cli.FAILURE, "decrypt", "-a", "aes-128-gcm", stdin=file)

    def test_older_versions_of_the_key_still_decrypt(self):
        self.cli("keys", "rotate", "k")
        self.assertEqual(self.cli("decrypt", stdin=self.file).stdout, self.data)

    def test_version_0_is_still_decrypted(self):
        self.cli("keys", "create", "old", "--caller-nonce")
        old = self.cli("encrypt", "-k", "old", stdin=self.data).stdout
        self.assertEqual(old[:5], b"UACC\0")
        self.assertEqual(self.cli("decrypt", stdin=old).stdout, self.data)
        self.cli_fails(cli.CORRUPT, "decrypt", stdin=old[:-1])
        # Also when the key has had newer versions since.
        self.cli("keys", "rotate", "old")
        self.cli("keys", "rotate", "old")
        self.assertEqual(self.cli("decrypt", stdin=old).stdout, self.data)
        self.cli("keys", "destroy", "old")


class InterruptionTest(StreamTest):

    def setUp(self):
        self.out = self.temporary("out", b"precious")
        self.before = sorted(os.listdir(self.directory))

    def assert_untouched(self):
        self.assertEqual(self.read(self.out), b"precious")
        self.assertEqual(sorted(os.listdir(self.directory)), self.before)

    def feed(self, process, stop):
        """Input for `process` until it ends or `stop` is set."""
        def run():
            try:
                while not stop.is_set():
                    process.stdin.write(case.noise(1 << 16))
                process.stdin.close()
            except (BrokenPipeError, ValueError):
                pass
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def wait_for_output(self):
        def has_some():
            for name in os.listdir(self.directory):
                if name.startswith(".uaccectl."):
                    return os.path.getsize(self.path(name)) > (1 << 20)
            return False
        daemon_lib.wait_until(has_some, "output")

    def test_signals_leave_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for command in ("compress", "copy"):
                with self.subTest(number=number, command=command):
                    process = self.popen(command, "-o", self.out,
                                         stdin=subprocess.PIPE)
                    stop = threading.Event()
                    thread = self.feed(process, stop)
                    self.wait_for_output()
                    process.send_signal(number)
                    self.assertEqual(process.wait(60), -number)
                    stop.set()
                    thread.join()
                    self.assert_untouched()
        self.assert_answers()

    def test_kill_9_leaves_out_as_it_was_and_a_daemon_that_goes_on(self):
        process = self.popen("compress", "-o", self.out, stdin=subprocess.PIPE)
        stop = threading.Event()
        thread = self.feed(process, stop)
        self.wait_for_output()
        process.kill()
        process.wait(60)
        stop.set()
        thread.join()
        self.assertEqual(self.read(self.out), b"precious")
        for name in os.listdir(self.directory):
            if name.startswith(".uaccectl."):
                os.unlink(self.path(name))
        self.assert_answers()

    def test_output_that_cannot_be_written(self):
        big = self.temporary("big", case.noise(3 << 20))
        before = sorted(os.listdir(self.directory))
        for out, reason in (("/proc/none", ""),
                            (self.path("none/out"), "No such file"),
                            (self.directory, "Is a directory"),
                            ("/dev/full", "No space left")):
            with self.subTest(out):
                line = self.cli_fails(cli.FAILURE, "compress", big, "-o", out)
                self.assertIn(reason, line)
                self.assertEqual(sorted(os.listdir(self.directory)), before)

    def test_a_full_disk_leaves_out_as_it_was(self):
        # A limit on the size of files stands in for the disk.
        line = "trap '' XFSZ; ulimit -f 1024; exec \"$@\""
        big = self.temporary("big", case.noise(8 << 20))
        before = sorted(os.listdir(self.directory))
        done = cli.run("bash", "-c", line, "bash",
                       *self.command("compress", big, "-o", self.out),
                       check=False)
        self.assertEqual(done.returncode, cli.FAILURE, done.stderr)
        self.assertIn(b"File too large", done.stderr)
        self.assertEqual(sorted(os.listdir(self.directory)), before)
        self.assertEqual(self.read(self.out), b"precious")

    def test_a_reader_that_leaves_ends_it_quietly(self):
        big = self.temporary("big", case.noise(8 << 20))
        done = cli.run("bash", "-c",
                       "set -o pipefail; \"$@\" | head -c 1000 >/dev/null",
                       "bash", *self.command("compress", big), check=False)
        self.assertEqual((done.returncode, done.stderr), (cli.FAILURE, b""))


class ProgressTest(StreamTest):

    def run_on_terminal(self, *arguments, slowly=True, **kwargs):
        """Runs it with a terminal as standard error; what it drew there."""
        master, slave = pty.openpty()
        process = self.popen(*arguments, stdin=subprocess.PIPE, stderr=slave,
                             env=dict(os.environ, TERM="xterm"), **kwargs)
        os.close(slave)
        drawn = b""
        deadline = time.monotonic() + (2.5 if slowly else 0)
        process.stdin.write(case.text(100_000))
        process.stdin.flush()
        while True:
            readable, _, _ = select.select([master], [], [], 0.05)
            if readable:
                try:
                    drawn += os.read(master, 65536)
                except OSError:  # every other end is closed
                    break
            if time.monotonic() > deadline and not process.stdin.closed:
                process.stdin.close()
        self.assertEqual(process.wait(60), 0, drawn)
        os.close(master)
        return drawn

    def test_a_bar_after_a_second_that_is_cleared_at_the_end(self):
        out = self.path("slow.out")
        drawn = self.run_on_terminal("compress", "-o", out)
        self.assertIn(b"97.7 KiB", drawn)
        self.assertIn(b"/s", drawn)
        self.assertTrue(drawn.endswith(b"\r\033[K"), drawn)
        os.unlink(out)

    def test_no_bar_when_it_is_short_or_not_wanted(self):
        out = self.path("short.out")
        for more, slowly in (([], False), (["--no-progress"], True),
                             (["--json"], True)):
            with self.subTest(more):
                self.assertEqual(
                    self.run_on_terminal("compress", "-o", out, *more,
                                         slowly=slowly), b"")
        os.unlink(out)


class BenchTest(unittest.TestCase):

    def test_bench_goes_on_with_the_next_daemon(self):
        directory = tempfile.mkdtemp(prefix="uacced-")
        self.addCleanup(shutil.rmtree, directory, True)
        first = daemon_lib.Daemon(directory=directory).start()
        self.addCleanup(first.kill)
        bench = subprocess.Popen(
            [daemon_lib.binary("UACCED_CLI"), "--server", first.target,
             "bench", "--operation", "compress", "--verify", "--json",
             "--duration", "5s"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        daemon_lib.wait_until(self.counter(first, 500), "500 operations")
        first.process.kill()
        first.process.wait()
        with daemon_lib.Daemon(directory=directory):
            out, err = bench.communicate(timeout=120)
        self.assertEqual(bench.returncode, 0, err)
        figures = json.loads(out)
        self.assertGreaterEqual(figures["reconnects"], 1, figures)
        self.assertGreater(figures["operations"], 500)
        self.assertEqual((figures["errors"], figures["wrong_answers"]), (0, 0))

    @staticmethod
    def counter(daemon, count):
        """Whether `daemon` has answered so many requests."""
        def enough():
            total = json.loads(cli.run(
                daemon_lib.binary("UACCED_CLI"), "--server", daemon.target,
                "status", "--json").stdout)["requests_total"]
            return total > count
        return enough


if __name__ == "__main__":
    unittest.main()
