"""Inputs and outputs of CompressStream and its like in one piece."""

import random


def _crc32c_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc32c_table()


def crc32c(data):
    """Slow: for small payloads."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def messages(data, options=None, piece=100_000, seed=None):
    """`data` as request messages of at most `piece` bytes; by `seed` of any
    size up to that, empty ones among them."""
    source = random.Random(seed)
    first, at = True, 0
    while first or at < len(data):
        size = piece if seed is None else source.choice(
            (0, 1, 2, source.randint(0, piece), piece))
        fields = {"input": bytes(data[at:at + size])}
        if first and options is not None:
            fields["options"] = options
        first = False
        at += size
        yield fields


def collect(call):
    """(output, summary) of a call that must succeed."""
    output, summary = [], None
    for response in call:
        assert summary is None, "a message after the summary"
        output.append(response.output)
        if response.HasField("summary"):
            summary = response.summary
    assert summary is not None, "no summary"
    return b"".join(output), summary


def run(method, data, options=None, **how):
    """collect() of `method` with `data`."""
    return collect(method.stream(messages(data, options, **how)))
