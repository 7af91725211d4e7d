"""Just enough HTTP/2, by hand, to send what a gRPC library never would."""

import select
import socket
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

(DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE,
 CONTINUATION) = (0, 1, 3, 4, 6, 7, 8, 9)
END_STREAM, END_HEADERS = 1, 4


def frame(kind, payload=b"", flags=0, stream=0):
    return (struct.pack(">I", len(payload))[1:] +
            struct.pack(">BBI", kind, flags, stream) + payload)


def _string(value):
    assert len(value) < 127
    return bytes([len(value)]) + value


def headers(path, timeout=None, content_type="application/grpc"):
    """An HPACK block without compression: literals, never indexed."""
    fields = [(":method", "POST"), (":scheme", "http"), (":path", path),
              (":authority", "localhost"), ("te", "trailers"),
              ("content-type", content_type)]
    if timeout:
        fields.append(("grpc-timeout", timeout))
    return b"".join(b"\x10" + _string(name.encode()) + _string(value.encode())
                    for name, value in fields)


def message(payload, compressed=0, length=None):
    """A length-prefixed gRPC message, whose prefix may lie."""
    size = len(payload) if length is None else length
    return struct.pack(">BI", compressed, size) + payload


def connect(path):
    """A connection to the Unix socket `path`; sends time out after 10 s."""
    connection = socket.socket(socket.AF_UNIX)
    # Without a timeout yet: it would fail instead of wait on a full backlog.
    connection.connect(path)
    connection.settimeout(10)
    return connection


def send(connection, data):
    """Sends what the peer takes; False when it closed before the end."""
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


def open_call(connection, path, body, stream=1, flags=END_STREAM, **fields):
    """Sends preface, headers and `body` in DATA frames, small enough for the
    first flow-control window of 64 KiB."""
    assert len(body) < 65_000
    out = PREFACE + frame(SETTINGS)
    out += frame(HEADERS, headers(path, **fields), END_HEADERS, stream)
    pieces = [body[i:i + 16_384] for i in range(0, len(body), 16_384)] or [b""]
    for piece in pieces[:-1]:
        out += frame(DATA, piece, 0, stream)
    out += frame(DATA, pieces[-1], flags, stream)
    return send(connection, out)


def read_until_closed(connection, until=None):
    """Everything the peer sends until it closes, or `until` was seen."""
    seen = b""
    try:
        while until is None or until not in seen:
            piece = connection.recv(65_536)
            if not piece:
                break
            seen += piece
    except OSError:
        pass
    return seen


class Writer:
    """Sends DATA on `stream` as fast as the peer's windows let it, from the
    beginning of the connection on. The peer's own DATA is dropped and gets no
    window."""

    _MAX_FRAME = 16_384

    def __init__(self, connection, stream):
        self._connection = connection
        self._stream = stream
        # Of the connection, and of the stream.
        self._windows = {0: 65_535, stream: 65_535}
        self._initial = 65_535
        self._seen = b""

    def send(self, data, patience_s):
        """False when no window came for `patience_s`, or the peer closed."""
        last = time.monotonic()
        while data:
            room = min(min(self._windows.values()), self._MAX_FRAME)
            if not self._read(0 if room > 0 else 0.1):
                return False
            if room <= 0:
                if time.monotonic() - last > patience_s:
                    return False
                continue
            if not send(self._connection,
                        frame(DATA, data[:room], 0, self._stream)):
                return False
            for stream in self._windows:
                self._windows[stream] -= len(data[:room])
            data = data[room:]
            last = time.monotonic()
        return True

    def obey_until_closed(self):
        """Reads, and answers what wants an answer, until the peer closes."""
        while self._read(1):
            pass

    def _read(self, wait_s):
        if not select.select([self._connection], [], [], wait_s)[0]:
            return True
        piece = self._connection.recv(65_536)
        self._seen += piece
        while len(self._seen) >= 9:
            size = int.from_bytes(self._seen[:3], "big")
            if len(self._seen) < 9 + size:
                break
            kind, flags, stream = struct.unpack(">BBI", self._seen[3:9])
            self._take(kind, flags, stream, self._seen[9:9 + size])
            self._seen = self._seen[9 + size:]
        return bool(piece)

    def _take(self, kind, flags, stream, payload):
        ack = flags & 1
        if kind == WINDOW_UPDATE and stream in self._windows:
            self._windows[stream] += int.from_bytes(payload, "big")
        elif kind == PING and not ack:
            send(self._connection, frame(PING, payload, 1))
        elif kind == SETTINGS and not ack:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                if name == 4:
                    self._windows[self._stream] += value - self._initial
                    self._initial = value
            send(self._connection, frame(SETTINGS, b"", 1))
