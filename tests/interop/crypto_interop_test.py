"""uaccectl and openssl, sha*sum and Python read each other's results.

Proves, for empty, tiny, text, zero, incompressible, compressed and large
inputs, that openssl enc decrypts the CBC and CTR ciphertext of uaccectl's files
and that uaccectl decrypts files with openssl's ciphertext; that Python's AEADs
open files of the authenticated algorithms with the header as associated data;
that digests and HMACs equal sha*sum and openssl dgst; and that any byte changed
in an authenticated file is found and writes nothing.

The file format is built and taken apart here by hand, after
docs/encrypted-file.md.
"""

import os
import unittest

from cryptography.hazmat.primitives.ciphers import aead

from tests.support import case
from tests.support import cli

OPENSSL_CIPHERS = {
    "aes-128-cbc": 16, "aes-256-cbc": 32, "sm4-cbc": 16,
    "aes-128-ctr": 16, "aes-256-ctr": 32, "sm4-ctr": 16,
}
AEADS = {
    "aes-128-gcm": (16, aead.AESGCM), "aes-256-gcm": (32, aead.AESGCM),
    "aes-128-ccm": (16, aead.AESCCM), "aes-256-ccm": (32, aead.AESCCM),
    "chacha20-poly1305": (32, aead.ChaCha20Poly1305),
}


def split(contents):
    """(associated data, algorithm, key, nonce, tag, ciphertext)."""
    assert contents[:5] == b"UACC\0", contents[:5]
    at, fields = 5, []
    for _ in range(4):
        size = contents[at]
        fields.append(contents[at + 1:at + 1 + size])
        at += 1 + size
        if len(fields) == 2:
            associated_data = contents[:at]
    algorithm, key, nonce, tag = fields
    return (associated_data, algorithm.decode(), key.decode(), nonce, tag,
            contents[at:])


def join(algorithm, key, nonce, tag, ciphertext):
    out = b"UACC\0"
    for field in (algorithm.encode(), key.encode(), nonce, tag):
        out += bytes([len(field)]) + field
    return out + ciphertext


class CryptoTest(cli.CliTest):

    def content(self, algorithm):
        """(kind, path) of inputs: all of them for one cipher of each kind, and
        for the others what a cipher could treat differently."""
        few = ("empty", "one byte", "text")
        return [(kind, path) for kind, path in self.files.items()
                if algorithm.startswith("aes-256") or kind in few]


class OpensslTest(CryptoTest):

    def setUp(self):
        for algorithm, size in OPENSSL_CIPHERS.items():
            self.import_by_cli(algorithm, algorithm,
                               case.noise(size, seed=size))

    def openssl(self, algorithm, nonce, data, *more):
        key = case.noise(OPENSSL_CIPHERS[algorithm],
                         seed=OPENSSL_CIPHERS[algorithm])
        return cli.run("openssl", "enc", "-" + algorithm, "-K", key.hex(),
                       "-iv", nonce.hex(), *more, stdin=data).stdout

    def test_openssl_decrypts_what_uaccectl_encrypted(self):
        for algorithm in OPENSSL_CIPHERS:
            for kind, path in self.content(algorithm):
                with self.subTest(algorithm=algorithm, input=kind):
                    sealed = self.cli("encrypt", "-k", algorithm,
                                      "--allow-unauthenticated", path).stdout
                    _, name, key, nonce, tag, ciphertext = split(sealed)
                    self.assertEqual((name, key, tag),
                                     (algorithm, algorithm, b""))
                    self.assertEqual(
                        self.openssl(algorithm, nonce, ciphertext, "-d"),
                        self.read(path))

    def test_uaccectl_decrypts_what_openssl_encrypted(self):
        for algorithm in OPENSSL_CIPHERS:
            for kind, path in self.content(algorithm):
                nonce = os.urandom(16)
                with self.subTest(algorithm=algorithm, input=kind):
                    ciphertext = self.openssl(algorithm, nonce,
                                              self.read(path))
                    sealed = join(algorithm, algorithm, nonce, b"",
                                  ciphertext)
                    self.assertEqual(
                        self.cli("decrypt", "--allow-unauthenticated",
                                 stdin=sealed).stdout, self.read(path))

    def test_unauthenticated_needs_the_word(self):
        sealed = self.cli("encrypt", "-k", "aes-128-cbc",
                          "--allow-unauthenticated", stdin=b"x").stdout
        self.cli_fails(cli.PERMISSION, "encrypt", "-k", "aes-128-cbc",
                       stdin=b"x")
        self.cli_fails(cli.PERMISSION, "decrypt", stdin=sealed)


class AeadTest(CryptoTest):

    def setUp(self):
        self.ciphers = {}
        for algorithm, (size, kind) in AEADS.items():
            material = case.noise(size, seed=size)
            self.import_by_cli(algorithm, algorithm, material)
            # With this one uaccectl writes version 0, which is one message.
            self.import_by_cli(algorithm + ".0", algorithm, material,
                               "--caller-nonce")
            self.ciphers[algorithm] = kind(material)

    def test_python_decrypts_what_uaccectl_encrypted(self):
        for algorithm, cipher in self.ciphers.items():
            for kind, path in self.content(algorithm):
                with self.subTest(algorithm=algorithm, input=kind):
                    sealed = self.cli("encrypt", "-k", algorithm + ".0",
                                      path).stdout
                    head, name, key, nonce, tag, ciphertext = split(sealed)
                    self.assertEqual((name, key), (algorithm, algorithm + ".0"))
                    self.assertEqual((len(nonce), len(tag)), (12, 16))
                    self.assertEqual(
                        cipher.decrypt(nonce, ciphertext + tag, head),
                        self.read(path))

    def test_uaccectl_decrypts_what_python_encrypted(self):
        for algorithm, cipher in self.ciphers.items():
            for kind, path in self.content(algorithm):
                nonce = os.urandom(12)
                head, *_ = split(join(algorithm, algorithm, b"", b"", b""))
                with self.subTest(algorithm=algorithm, input=kind):
                    sealed = cipher.encrypt(nonce, self.read(path), head)
                    made = join(algorithm, algorithm, nonce, sealed[-16:],
                                sealed[:-16])
                    self.assertEqual(
                        self.cli("decrypt", stdin=made).stdout,
                        self.read(path))

    def test_every_byte_is_protected(self):
        for key in ("aes-256-gcm", "aes-256-gcm.0"):
            with self.subTest(key=key):
                self.check_every_byte(key)

    def check_every_byte(self, key):
        out = self.path("never")
        sealed = self.cli("encrypt", "-k", key, stdin=b"secret").stdout
        # All of the header's structure, every third byte of the rest.
        for at in [*range(20), *range(20, len(sealed), 3)]:
            damaged = bytearray(sealed)
            damaged[at] ^= 1
            done = self.cli("decrypt", "-o", out, stdin=bytes(damaged),
                            check=False)
            # A changed name may be that of no key.
            self.assertIn(done.returncode, (cli.CORRUPT, cli.NOT_FOUND,
                                            cli.PERMISSION), (at, done))
            self.assertFalse(os.path.exists(out))
        for cut in (0, 1, 5, 20, len(sealed) - 1):
            self.cli_fails(cli.CORRUPT, "decrypt", "-o", out,
                           stdin=sealed[:cut])
        self.assertEqual(self.cli("decrypt", stdin=sealed).stdout, b"secret")

    def test_another_key_does_not_open_it(self):
        self.cli("keys", "create", "other")
        self.addCleanup(self.cli, "keys", "destroy", "other")
        sealed = self.cli("encrypt", "-k", "aes-256-gcm",
                          stdin=b"secret").stdout
        self.cli_fails(cli.CORRUPT, "decrypt", "-k", "other", stdin=sealed)


class DigestTest(cli.CliTest):

    SUMS = ("sha1", "sha224", "sha256", "sha384", "sha512")

    def test_lines_equal_those_of_the_coreutils(self):
        paths = list(self.files.values())
        for algorithm in self.SUMS:
            self.assertEqual(
                self.cli("digest", "-a", algorithm, *paths).stdout,
                cli.run(algorithm + "sum", *paths).stdout)

    def test_coreutils_check_our_lines(self):
        lines = self.cli("digest", "-a", "sha256",
                         *self.files.values()).stdout
        cli.run("sha256sum", "--check", "--strict", "-", stdin=lines)

    def test_standard_input_is_a_dash(self):
        self.assertEqual(
            self.cli("digest", "-a", "sha512", stdin=b"x").stdout,
            cli.run("sha512sum", stdin=b"x").stdout)

    def test_sm3_equals_openssl(self):
        for kind, path in self.files.items():
            with self.subTest(kind):
                self.assertEqual(
                    self.cli("digest", "-a", "sm3", path).stdout.split()[0],
                    cli.run("openssl", "dgst", "-sm3", "-r",
                            path).stdout.split()[0])

    def test_hmac_equals_openssl(self):
        material = case.noise(40)
        for algorithm in self.SUMS + ("sm3",):
            name = "mac-" + algorithm
            self.import_by_cli(name, "hmac-" + algorithm, material)
            for kind in ("empty", "text", "several MiB"):
                path = self.files[kind]
                with self.subTest(algorithm=algorithm, input=kind):
                    self.assertEqual(
                        self.cli("digest", "-k", name, path)
                        .stdout.split()[0],
                        cli.run("openssl", "dgst", "-" + algorithm, "-mac",
                                "HMAC", "-macopt",
                                "hexkey:" + material.hex(), "-r",
                                path).stdout.split()[0])


if __name__ == "__main__":
    unittest.main()
