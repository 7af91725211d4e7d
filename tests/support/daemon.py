"""A private daemon for one test: its own directory, socket and ports.

The binary comes from the environment (UACCED_DAEMON), as run_python.sh sets
it. A daemon is always stopped by SIGTERM and must then exit 0, so that every
test also checks that a shutdown is clean (with sanitizers: without a leak).
"""

import contextlib
import mmap
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

import grpc

from tests.support import prometheus
from tests.support import reflection

# Generous: a sanitizer build on a busy machine of 2 cores must fit.
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60

SOFT_DEVICE = 'device { name: "cpu" soft { workers: 2 } }'


def binary(variable):
    """The absolute path that environment `variable` names."""
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(variable + " is not set: run this through Bazel")
    return os.path.abspath(path)


def free_port():
    """A TCP port of the loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, timeout_s=START_TIMEOUT_S):
    """Returns condition()'s first true value; raises when none comes."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("timed out waiting for " + what)
        time.sleep(0.01)


class Daemon:
    """One `uacced --config FILE`. Use as a context manager.

    Args:
      config: text format, added to a listener, a metrics endpoint and one soft
        device.
      device: the `device` entries.
      inherited: a listening socket, passed as LISTEN_FDS does instead of
        letting the daemon make its own.
      directory: where socket, configuration and log are; made when None.
      wait: False returns from start() without waiting for SERVING.
    """

    def __init__(self, config="", *, device=SOFT_DEVICE, inherited=None,
                 directory=None, wait=True):
        self._owns_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="uacced-")
        self.metrics_port = free_port()
        self._inherited = inherited
        self._wait = wait
        self._clients = []
        self._log_path = None
        self.process = None
        if inherited is None:
            self.socket_path = os.path.join(self.directory, "uacced.sock")
            listener = 'unix { path: "%s" }' % self.socket_path
        else:
            self.socket_path = inherited.getsockname()
            listener = "inherited { index: 0 }"
        self.config = "\n".join([
            "listener { %s }" % listener,
            "metrics { port: %d }" % self.metrics_port,
            device,
            config,
            "",
        ])

    @property
    def target(self):
        return "unix:" + self.socket_path

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self.stop()
        else:
            print(self.log(), flush=True)
            self.kill()

    def start(self):
        handle, config_path = tempfile.mkstemp(
            dir=self.directory, suffix=".textproto")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(self.config)
        self._log_path = config_path + ".log"
        command = [binary("UACCED_DAEMON"), "--config", config_path]
        descriptors = []
        if self._inherited is not None:
            command, descriptors = self._activate(command)
        with open(self._log_path, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, pass_fds=descriptors)
        if self._wait:
            self.wait_until_serving()
        return self

    def _activate(self, command):
        """Wraps `command` as a service manager would: descriptor 3, our pid."""
        number = self._inherited.fileno()
        script = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 3<&%d' % number
        if number != 3:
            script += " %d<&-" % number
        return ["/bin/bash", "-c", script, "bash"] + command, [number]

    def wait_until_serving(self):
        # /metrics answers before or after the socket does, and both are needed;
        # on a shared socket only /metrics proves that it is this process.
        wait_until(self._try_metrics, "/metrics of\n" + self.log())
        with grpc.insecure_channel(self.target) as channel:
            wait_until(lambda: self._is_serving(channel),
                       "health SERVING of\n" + self.log())

    def _is_serving(self, channel):
        self._assert_running()
        with contextlib.suppress(grpc.RpcError):
            return reflection.health(channel, timeout=5) == "SERVING"
        return False

    def _try_metrics(self):
        self._assert_running()
        with contextlib.suppress(OSError):
            return self.metrics_text()
        return None

    def _assert_running(self):
        if self.process.poll() is not None:
            raise AssertionError("daemon exited with %d:\n%s" %
                                 (self.process.returncode, self.log()))

    def client(self, options=()):
        """A reflection client that is closed before the daemon is stopped."""
        client = reflection.Client(self.target, options)
        self._clients.append(client)
        return client

    def metrics_text(self):
        url = "http://127.0.0.1:%d/metrics" % self.metrics_port
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read().decode()

    def metrics(self):
        return prometheus.parse(self.metrics_text())

    def log(self):
        """What the daemon wrote to stderr so far."""
        if self._log_path is None:
            return ""
        with open(self._log_path, encoding="utf-8", errors="replace") as lines:
            return lines.read()

    def resident_bytes(self, peak=False):
        field = "VmHWM:" if peak else "VmRSS:"
        with open("/proc/%d/status" % self.process.pid,
                  encoding="ascii") as lines:
            for line in lines:
                if line.startswith(field):
                    return int(line.split()[1]) * 1024
        raise LookupError(field)

    def has_sanitizer(self):
        # GCC's runtime is a library, Clang's is in the program.
        with open("/proc/%d/exe" % self.process.pid, "rb") as program:
            with mmap.mmap(program.fileno(), 0, prot=mmap.PROT_READ) as text:
                return text.find(b"__asan_init") >= 0

    def descriptor_count(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def close_clients(self):
        for client in self._clients:
            client.close()
        self._clients.clear()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait_exit(self, timeout_s=STOP_TIMEOUT_S):
        """Waits for the end of the process, which must be with code 0."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError("daemon did not exit in %d s:\n%s" %
                                 (timeout_s, self.log())) from None
        if code != 0:
            raise AssertionError("daemon exited with %d:\n%s" %
                                 (code, self.log()))

    def stop(self):
        """SIGTERM, exit code 0, directory removed."""
        try:
            self.close_clients()
            if self.process.poll() is None:
                self.terminate()
            self.wait_exit()
        finally:
            self.kill()

    def kill(self):
        self.close_clients()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)
