"""Keys outlast the daemon when, and only when, they are sealed on disk.

Proves:
 - what was encrypted with an old and a new version is decrypted by a daemon that
   was started after a SIGKILL of the one before;
 - the file is what docs/key-store.md says: Python opens it, and makes one that
   the daemon opens;
 - a daemon does not start with the wrong key-encryption key, a damaged file, too
   small a max_keys or unsafe permissions, says why, and changes nothing;
 - a new daemon takes over the file while the old one drains;
 - without a sealed file the log says that keys end with the daemon.
"""

import contextlib
import os
import shutil
import signal
import struct
import tempfile
import unittest

import grpc
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import aead
from cryptography.hazmat.primitives.kdf import hkdf

from tests.support import case
from tests.support import daemon as daemon_lib
from tests.support import reflection

GCM = "CIPHER_ALGORITHM_AES_256_GCM"
KEK = bytes(range(32))
HEADER = struct.Struct(">8sI32s16sQ")


def derive(kek, salt):
    """Key, nonce and check value, as docs/key-store.md has them."""
    derived = hkdf.HKDF(hashes.SHA256(), 60, salt,
                        b"uacced key store v1").derive(kek)
    return derived[:32], derived[32:44], derived[44:]


def seal(kek, body):
    salt = os.urandom(32)
    key, nonce, check = derive(kek, salt)
    header = HEADER.pack(b"UACCKEYS", 1, salt, check, len(body))
    return header + aead.AESGCM(key).encrypt(nonce, body, header)


def unseal(kek, image):
    magic, version, salt, check, length = HEADER.unpack_from(image)
    assert (magic, version) == (b"UACCKEYS", 1), image
    assert HEADER.size + length + 16 == len(image), length
    key, nonce, expected = derive(kek, salt)
    assert check == expected, "another key-encryption key"
    header, sealed = image[:HEADER.size], image[HEADER.size:]
    return aead.AESGCM(key).decrypt(nonce, sealed, header)


def record(name, algorithm, material, version=1, flags=2, messages=0):
    return b"".join([
        struct.pack(">B", len(name)), name,
        struct.pack(">B", len(algorithm)), algorithm,
        struct.pack(">BIqQH", flags, version, 1_000_000_000, messages,
                    len(material)), material])


class KeyStoreTest(unittest.TestCase):

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="uacced-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.store = os.path.join(self.directory, "keys")
        self.kek = os.path.join(self.directory, "kek")
        self.write(self.kek, KEK.hex().encode() + b"\n")

    def write(self, path, content, mode=0o600):
        with open(path, "wb") as out:
            out.write(content)
        os.chmod(path, mode)

    def read(self):
        with open(self.store, "rb") as store:
            return store.read()

    def daemon(self, more="", **arguments):
        return daemon_lib.Daemon(
            'keys { %s sealed_file { path: "%s" key_file: "%s" } } '
            "limits { max_connection_age_ms: 1000 }" %
            (more, self.store, self.kek),
            directory=self.directory, **arguments)

    @contextlib.contextmanager
    def started(self, more="", **arguments):
        """A running daemon, ended by SIGKILL: only what is on disk counts."""
        daemon = self.daemon(more, **arguments)
        try:
            yield daemon.start()
        finally:
            daemon.kill()

    def decrypt(self, api, sealed, **fields):
        return api.Accelerator.Decrypt(
            key="k", nonce=sealed.nonce, ciphertext=sealed.ciphertext,
            tag=sealed.tag, **fields).plaintext

    def versions(self, api):
        return {key.name: [v.version for v in key.versions]
                for key in api.Keys.ListKeys().keys}

    def test_old_and_new_versions_decrypt_after_a_kill(self):
        with self.started() as daemon:
            api = daemon.client()
            created = api.Keys.CreateKey(name="k", cipher=GCM).key
            old = api.Accelerator.Encrypt(key="k", plaintext=b"old")
            rotated = api.Keys.RotateKey(name="k").key
            new = api.Accelerator.Encrypt(key="k", plaintext=b"new")
            self.assertEqual((created.newest_version, rotated.newest_version),
                             (1, 2))
            self.assertEqual((old.key_version, new.key_version), (1, 2))
            api.Keys.CreateKey(name="gone", cipher=GCM)
            api.Keys.DestroyKey(name="gone")
            before = api.Keys.ListKeys().keys[0]
            self.assertIn("keys loaded", daemon.log())
            daemon.process.send_signal(signal.SIGKILL)
            daemon.process.wait()
        with self.started() as daemon:
            api = daemon.client()
            self.assertEqual(self.versions(api), {"k": [1, 2]})
            self.assertEqual(self.decrypt(api, old, key_version=1), b"old")
            self.assertEqual(self.decrypt(api, new, key_version=2), b"new")
            self.assertEqual(self.decrypt(api, new), b"new")
            with self.assertRaises(grpc.RpcError) as caught:
                self.decrypt(api, old, key_version=2)
            self.assertEqual(reflection.failure(caught.exception).reason,
                             "DECRYPT_FAILED")
            after = api.Keys.ListKeys().keys[0]
            for is_now, was in zip(after.versions, before.versions):
                self.assertEqual(is_now.create_time.ToNanoseconds(),
                                 was.create_time.ToNanoseconds())
                self.assertGreaterEqual(is_now.messages, was.messages)
                self.assertLessEqual(is_now.messages,
                                     was.messages + (1 << 20))
                self.assertEqual(is_now.max_messages, 1 << 32)

    def test_the_limit_on_messages_holds_over_restarts(self):
        encrypted = 0
        for _ in range(4):
            with self.started("max_messages_per_version: 32") as daemon:
                api = daemon.client()
                with contextlib.suppress(grpc.RpcError):
                    api.Keys.CreateKey(name="k", cipher=GCM)
                for _ in range(7):
                    api.Accelerator.Encrypt(key="k", plaintext=b"x")
                    encrypted += 1
        with self.started("max_messages_per_version: 32") as daemon:
            api = daemon.client()
            with self.assertRaises(grpc.RpcError) as caught:
                for _ in range(33):
                    api.Accelerator.Encrypt(key="k", plaintext=b"x")
                    encrypted += 1
            failure = reflection.failure(caught.exception)
            self.assertEqual((failure.code.name, failure.reason),
                             ("FAILED_PRECONDITION", "KEY_EXHAUSTED"))
            self.assertIn("uaccectl keys rotate k", failure.message)
            self.assertLessEqual(encrypted, 32)
            api.Keys.RotateKey(name="k")
            sealed = api.Accelerator.Encrypt(key="k", plaintext=b"again")
            self.assertEqual(self.decrypt(api, sealed), b"again")

    def test_the_format_is_the_documented_one(self):
        material = case.noise(32)
        with self.started() as daemon:
            daemon.client().Keys.ImportKey(
                name="k", cipher=GCM, material=material)
        body = unseal(KEK, self.read())
        # All but the time of creation.
        expected = record(b"k", b"aes-256-gcm", material, messages=1 << 20)
        self.assertEqual(len(body), 4 + len(expected))
        self.assertEqual(body[:4], struct.pack(">I", 1))
        self.assertEqual(body[4:23], expected[:19])
        self.assertEqual(body[31:], expected[27:])

        second = case.noise(32, seed=2)
        self.write(self.store, seal(KEK, struct.pack(">I", 2) + b"".join([
            record(b"k", b"aes-256-gcm", material),
            record(b"k", b"aes-256-gcm", second, version=2, flags=0)])))
        with self.started() as daemon:
            api = daemon.client()
            key = api.Keys.ListKeys().keys[0]
            self.assertEqual([v.imported for v in key.versions], [True, False])
            self.assertEqual(key.create_time.seconds, 1)
            sealed = api.Accelerator.Encrypt(key="k", plaintext=b"data")
            self.assertEqual(
                aead.AESGCM(second).decrypt(
                    sealed.nonce, sealed.ciphertext + sealed.tag, None),
                b"data")

    def refuses_to_start(self, because, more=""):
        before = self.read()
        daemon = self.daemon(more, wait=False)
        daemon.start()
        self.addCleanup(daemon.kill)
        self.assertEqual(daemon.process.wait(daemon_lib.START_TIMEOUT_S), 1)
        self.assertIn("cannot start", daemon.log())
        self.assertIn(because, daemon.log())
        self.assertEqual(self.read(), before)

    def test_a_store_that_cannot_be_opened_stops_the_start(self):
        with self.started() as daemon:
            api = daemon.client()
            api.Keys.CreateKey(name="k", cipher=GCM)
            api.Keys.RotateKey(name="k")
        good = self.read()
        self.write(self.kek, bytes(32))
        self.refuses_to_start("the key-encryption key is not the one")
        self.write(self.kek, KEK, mode=0o640)
        self.refuses_to_start("chmod 600")
        self.write(self.kek, KEK[1:])
        self.refuses_to_start("64 hexadecimal digits")
        self.write(self.kek, KEK)
        self.refuses_to_start("raise that", more="max_keys: 1")
        os.chmod(self.store, 0o644)
        self.refuses_to_start("chmod 600")
        for name, damaged in {
                "truncated": good[:-1],
                "format version 2": good[:11] + b"\x02" + good[12:],
                "changed or damaged": good[:-1] + bytes([good[-1] ^ 1]),
                "not a key store": b"garbage",
                "empty": b"",
        }.items():
            with self.subTest(name):
                self.write(self.store, damaged)
                self.refuses_to_start(name)
        self.write(self.store, good)
        with self.started() as daemon:
            self.assertEqual(self.versions(daemon.client()), {"k": [1, 2]})

    def test_a_change_that_cannot_be_written_is_refused_and_not_made(self):
        with self.started() as daemon:
            api = daemon.client()
            api.Keys.CreateKey(name="k", cipher=GCM)
            before = self.read()
            os.mkdir(self.store + ".tmp")
            for method, fields in ((api.Keys.RotateKey, {"name": "k"}),
                                   (api.Keys.DestroyKey, {"name": "k"}),
                                   (api.Keys.CreateKey,
                                    {"name": "j", "cipher": GCM})):
                with self.assertRaises(grpc.RpcError) as caught:
                    method(**fields)
                failure = reflection.failure(caught.exception)
                self.assertEqual((failure.code.name, failure.reason),
                                 ("INTERNAL", "KEY_STORE_WRITE_FAILED"))
                self.assertIn(self.store, failure.message)
            self.assertEqual(self.versions(api), {"k": [1]})
            self.assertEqual(self.read(), before)
            os.rmdir(self.store + ".tmp")
            api.Keys.RotateKey(name="k")
        with self.started() as daemon:
            self.assertEqual(self.versions(daemon.client()), {"k": [1, 2]})

    def test_a_new_daemon_takes_over_when_the_old_one_drains(self):
        other = tempfile.mkdtemp(prefix="uacced-")
        self.addCleanup(shutil.rmtree, other)
        with self.started() as old:
            api = old.client()
            api.Keys.CreateKey(name="k", cipher=GCM)
            sealed = api.Accelerator.Encrypt(key="k", plaintext=b"data")
            new = daemon_lib.Daemon(
                'keys { sealed_file { path: "%s" key_file: "%s" } }' %
                (self.store, self.kek), directory=other, wait=False)
            new.start()
            self.addCleanup(new.kill)
            daemon_lib.wait_until(
                lambda: "waiting for another uacced" in new.log(),
                "the newcomer to wait")
            api.Keys.RotateKey(name="k")  # Still the old one's.
            old.terminate()
            new.wait_until_serving()
            taken_over = new.client()
            self.assertEqual(self.versions(taken_over), {"k": [1, 2]})
            self.assertEqual(
                self.decrypt(taken_over, sealed, key_version=1), b"data")
            taken_over.Keys.RotateKey(name="k")
            old.close_clients()
            old.wait_exit()
            new.close_clients()
            new.terminate()
            new.wait_exit()

    def test_without_a_file_the_log_says_that_keys_end(self):
        with daemon_lib.Daemon() as daemon:
            self.assertIn("keys live in memory only", daemon.log())

    def test_the_log_has_no_secrets(self):
        with self.started() as daemon:
            api = daemon.client()
            api.Keys.ImportKey(name="k", cipher=GCM, material=b"M" * 32)
            api.Keys.RotateKey(name="k", material=b"N" * 32)
            log = daemon.log()
            for secret in ("MMMM", "NNNN", (b"M" * 8).hex(), KEK.hex()[:16]):
                self.assertNotIn(secret, log)
            self.assertIn("key rotated", log)


if __name__ == "__main__":
    unittest.main()
