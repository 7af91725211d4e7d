"""uaccectl and the usual compressors read each other's files.

Proves, for empty, tiny, text, zero, incompressible, compressed and large
inputs, that gzip, pigz, zstd, lz4 and Python's zlib read what uaccectl wrote,
at the edges of each range of levels, and that uaccectl reads, also without
being told the format, what they wrote, several members or frames in one file
included; and that damage is found.
"""

import os
import unittest
import zlib

from tests.support import case
from tests.support import cli

READERS = {
    "gzip": [["gzip", "-dc"], ["pigz", "-dc"]],
    "zlib": [["pigz", "-dc"]],  # pigz reads zlib files, too
    "zstd": [["zstd", "-dc"]],
    "lz4": [["lz4", "-dc"]],
}
WRITERS = {
    "gzip": [["gzip", "-1c"], ["gzip", "-9c"], ["pigz", "-6c"],
             # Members with names and several blocks, from two threads.
             ["pigz", "-11c", "-p2", "-b128"]],
    "zlib": [["pigz", "-zc"]],
    "zstd": [["zstd", "-1c"], ["zstd", "-19c"], ["zstd", "--no-check", "-c"],
             ["zstd", "--long=27", "-c"], ["zstd", "-T2", "-c"]],
    "lz4": [["lz4", "-1c"], ["lz4", "-9c"], ["lz4", "-B4c"],
            ["lz4", "-BDc"], ["lz4", "--no-frame-crc", "-c"],
            ["lz4", "--content-size", "-c"]],
}
LEVELS = {"gzip": (0, 1, 3, 4, 12), "zlib": (1, 12), "deflate": (0, 12),
          "zstd": (1, 19), "lz4": (0, 2, 3, 12)}


class CompressionInteropTest(cli.CliTest):

    def test_others_read_what_uaccectl_wrote(self):
        for format_name, readers in READERS.items():
            for kind, path in self.files.items():
                out = self.path("out." + format_name)
                self.cli("compress", "-f", format_name, path, "-o", out)
                for reader in readers:
                    with self.subTest(reader=reader, input=kind):
                        self.assertEqual(
                            cli.run(*reader, stdin=self.read(out)).stdout,
                            self.read(path))

    def test_others_read_every_edge_of_the_levels(self):
        data = self.read(self.files["text"])
        for format_name, levels in LEVELS.items():
            for level in levels:
                with self.subTest(format=format_name, level=level):
                    packed = self.cli("compress", "-f", format_name, "-l",
                                      level, stdin=data).stdout
                    if format_name == "deflate":
                        back = zlib.decompress(packed, -15)
                    else:
                        back = cli.run(*READERS[format_name][0],
                                       stdin=packed).stdout
                    self.assertEqual(back, data)

    def test_uaccectl_reads_what_others_wrote(self):
        for format_name, writers in WRITERS.items():
            for writer in writers:
                for kind, path in self.files.items():
                    # The first writer of each format makes all kinds.
                    if writer is not writers[0] and kind not in (
                            "empty", "one byte", "text"):
                        continue
                    with self.subTest(writer=writer, input=kind):
                        packed = cli.run(*writer,
                                         stdin=self.read(path)).stdout
                        self.assertEqual(
                            self.cli("decompress", stdin=packed).stdout,
                            self.read(path))

    def test_uaccectl_reads_with_the_format_named(self):
        data = self.read(self.files["text"])
        for format_name, writers in WRITERS.items():
            packed = cli.run(*writers[0], stdin=data).stdout
            self.assertEqual(
                self.cli("decompress", "-f", format_name,
                         stdin=packed).stdout, data)
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(data) + packer.flush()
        self.assertEqual(
            self.cli("decompress", "-f", "deflate", stdin=packed).stdout,
            data)

    def test_members_and_frames_in_one_file(self):
        parts = [case.text(50_000), b"", case.noise(999), bytes(200_000)]
        for format_name in ("gzip", "zstd", "lz4"):
            writer = WRITERS[format_name]
            packed = b"".join(
                cli.run(*writer[i % 2], stdin=part).stdout
                for i, part in enumerate(parts))
            with self.subTest(format=format_name):
                self.assertEqual(
                    self.cli("decompress", stdin=packed).stdout,
                    b"".join(parts))
                # And the reverse: the tools read our members joined.
                ours = b"".join(
                    self.cli("compress", "-f", format_name,
                             stdin=part).stdout for part in parts)
                self.assertEqual(
                    cli.run(*READERS[format_name][0], stdin=ours).stdout,
                    b"".join(parts))

    def test_gzip_member_with_every_header_field(self):
        plain = b"hello"
        extra, name, comment = b"\x05\x00abcde", b"name\0", b"comment\0"
        # FTEXT, FHCRC, FEXTRA, FNAME and FCOMMENT of RFC 1952.
        header = b"\x1f\x8b\x08\x1f\0\0\0\0\0\x03" + extra + name + comment
        header += (zlib.crc32(header) & 0xffff).to_bytes(2, "little")
        packer = zlib.compressobj(wbits=-15)
        body = packer.compress(plain) + packer.flush()
        trailer = (zlib.crc32(plain).to_bytes(4, "little") +
                   len(plain).to_bytes(4, "little"))
        member = header + body + trailer
        self.assertEqual(
            cli.run("gzip", "-dc", stdin=member).stdout, plain)
        self.assertEqual(
            self.cli("decompress", stdin=member).stdout, plain)

    def test_skippable_frames_of_zstd(self):
        frame = cli.run("zstd", "-c", stdin=b"hello").stdout
        skip = b"\x53\x2a\x4d\x18\x04\x00\x00\x00skip"
        for packed in (skip + frame, frame + skip, skip + frame + skip):
            self.assertEqual(
                self.cli("decompress", stdin=packed).stdout,
                cli.run("zstd", "-dc", stdin=packed).stdout)

    def test_damage_is_found(self):
        for format_name, writers in WRITERS.items():
            packed = cli.run(*writers[0],
                             stdin=self.read(self.files["noise"])).stdout
            middle = len(packed) // 2
            flipped = (packed[:middle] + bytes([packed[middle] ^ 1]) +
                       packed[middle + 1:])
            for damaged in (flipped, packed[:-1], packed[:middle],
                            packed + b"x"):
                with self.subTest(format=format_name, size=len(damaged)):
                    out = self.path("damaged.out")
                    self.cli_fails(cli.CORRUPT, "decompress", "-f",
                                   format_name, "-o", out, stdin=damaged)
                    self.assertFalse(os.path.exists(out))


if __name__ == "__main__":
    unittest.main()
