"""The base of tests of streams, and the usual tools to compare with."""

import zlib

import grpc

from tests.support import case
from tests.support import cli
from tests.support import daemon as daemon_lib
from tests.support import streams

TOOLS = {"GZIP": ["gzip", "-dc"], "ZSTD": ["zstd", "-dc"],
         "LZ4": ["lz4", "-dc"]}
PACKERS = {"GZIP": ["gzip", "-c"], "ZSTD": ["zstd", "-c"],
           "LZ4": ["lz4", "-c"]}
BLOCK = 65_536


def tool(command, data):
    return cli.run(*command, stdin=data).stdout


def unpack(kind, data):
    if kind in TOOLS:
        return tool(TOOLS[kind], data)
    engine = zlib.decompressobj(15 if kind == "ZLIB" else -15)
    out = engine.decompress(data) + engine.flush()
    assert engine.eof and not engine.unused_data
    return out


def pack(kind, data):
    if kind in PACKERS:
        return tool(PACKERS[kind], data)
    engine = zlib.compressobj(6, zlib.DEFLATED, 15 if kind == "ZLIB" else -15)
    return engine.compress(data) + engine.flush()


class StreamTest(case.DaemonTest):

    KINDS = ("GZIP", "ZLIB", "DEFLATE", "ZSTD", "LZ4")

    def compress(self, data, kind, how=None, **options):
        options["format"] = "COMPRESSION_FORMAT_" + kind
        return streams.run(self.api.Accelerator.CompressStream, data, options,
                           **(how or {}))

    def decompress(self, data, kind=None, how=None, **options):
        if kind is not None:
            options["format"] = "COMPRESSION_FORMAT_" + kind
        return streams.run(self.api.Accelerator.DecompressStream, data,
                           options or None, **(how or {}))

    def refuse_stream(self, code, reason, method, requests):
        with self.assertRaises(grpc.RpcError) as caught:
            list(method.stream(requests))
        return self.check_failure(caught.exception, code, reason)

    def assert_idle(self):
        """Nothing is left of any stream."""
        daemon_lib.wait_until(
            lambda: self.api.Admin.GetStatus().jobs_in_flight == 0,
            "every ticket to come back")
        self.assertEqual(self.api.Admin.GetStatus().bytes_in_flight, 0)
