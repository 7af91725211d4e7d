"""One GiB through uaccectl and the usual tools, both ways.

Proves: what uaccectl makes of 1 GiB, the tool reads, and the other way round;
an encrypted GiB comes back; client and daemon never hold more than 200 MiB.
"""

import os
import resource
import shlex
import unittest

from tests.support import case
from tests.support import cli
from tests.support import daemon as daemon_lib

SIZE = 1 << 30
MAX_RESIDENT_BYTES = 200 << 20

# Fast levels: it is the length that is tested.
ROUND_TRIPS = {
    "gzip": ("compress -f gzip -l 1", "gzip -dc", "pigz -1c"),
    "zstd": ("compress -f zstd -l 1", "zstd -qdc", "zstd -1qc"),
    "lz4": ("compress -f lz4", "lz4 -qdc", "lz4 -1qc"),
}


class OneGibTest(cli.CliTest):

    CONFIG = "limits { max_connection_age_ms: 3600000 }"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.daemon.has_sanitizer():
            cls.tearDownClass()
            raise unittest.SkipTest("takes too long under a sanitizer")
        cls.big = os.path.join(cls.directory, "big")
        block = case.text(3 << 20) + case.noise(1 << 20)
        with open(cls.big, "wb") as out:
            for i in range(SIZE // len(block)):
                # Each copy begins elsewhere, so that no two are alike.
                out.write(block[i * 4001 % len(block):])
                out.write(block[:i * 4001 % len(block)])
        assert os.path.getsize(cls.big) == SIZE

    def shell(self, line):
        ours = shlex.join([daemon_lib.binary("UACCED_CLI"), "--server",
                           self.daemon.target])
        cli.run("bash", "-c", "set -o pipefail; " + line.format(
            uaccectl=ours, big=shlex.quote(self.big)))

    def test_compression_both_ways(self):
        for name, (ours, tool_back, tool) in ROUND_TRIPS.items():
            with self.subTest(format=name):
                self.shell("{uaccectl} %s {big} | %s | cmp - {big}" %
                           (ours, tool_back))
                self.shell("%s < {big} | {uaccectl} decompress | cmp - {big}" %
                           tool)

    def test_encryption(self):
        self.cli("keys", "create", "k")
        self.shell("{uaccectl} encrypt -k k {big} | {uaccectl} decrypt "
                   "| cmp - {big}")

    def test_digest(self):
        self.assertEqual(
            self.cli("digest", self.big).stdout.split()[0],
            cli.run("sha256sum", self.big).stdout.split()[0])

    @classmethod
    def tearDownClass(cls):
        client = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
        daemon = cls.daemon.resident_bytes(peak=True)
        sanitized = cls.daemon.has_sanitizer()
        super().tearDownClass()
        if not sanitized:
            # (The tools are children too, and smaller.)
            assert client < MAX_RESIDENT_BYTES, client
            assert daemon < MAX_RESIDENT_BYTES, daemon


if __name__ == "__main__":
    unittest.main()
