// Ciphers of SEC, against OpenSSL.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/vm/sim_queue.h"
#include "tests/vm/sim_sec.h"
#include "tests/vm/sim_tests.h"

namespace uacced::vm {
namespace {

struct CipherCase {
  const char* name;  // OpenSSL's
  uint32_t word1;    // as captured, encrypting: hisi-sec, section 10
  size_t key_bytes;
  size_t block_bytes;  // that the length is a multiple of
  const char* cts = nullptr;
};

constexpr CipherCase kCiphers[] = {
    {"AES-128-ECB", 0x00200001, 16, 16},
    {"AES-192-ECB", 0x00202001, 24, 16},
    {"AES-128-CBC", 0x00210001, 16, 16},
    {"AES-256-CBC", 0x00214001, 32, 16},
    {"AES-256-CTR", 0x00244001, 32, 1},
    {"AES-128-CFB", 0x00220001, 16, 1},
    {"AES-128-OFB", 0x00230001, 16, 1},
    {"AES-128-XTS", 0x00270001, 32, 1},
    {"AES-256-XTS", 0x00274001, 64, 1},
    {"AES-128-CBC-CTS", 0x00290401, 16, 1, "CS1"},
    {"AES-128-CBC-CTS", 0x00290801, 16, 1, "CS2"},
    {"AES-128-CBC-CTS", 0x00290c01, 16, 1, "CS3"},
    {"DES-EDE3-CBC", 0x00112001, 24, 8},
    {"DES-EDE3-ECB", 0x00102001, 24, 8},
    {"SM4-ECB", 0x00300001, 16, 16},
    {"SM4-CBC", 0x00310001, 16, 16},
    {"SM4-CFB", 0x00320001, 16, 1},
    {"SM4-OFB", 0x00330001, 16, 1},
    {"SM4-CTR", 0x00340001, 16, 1},
};

ByteVector FromHex(std::string_view text) {
  ByteVector bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(
        std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// The vector of GB/T 17964-2021; and in the order of IEEE 1619, which the first
// block cannot tell from it.
bool Sm4XtsFits(SimQueue& queue) {
  const ByteVector key = FromHex(
      "2b7e151628aed2a6abf7158809cf4f3c000102030405060708090a0b0c0d0e0f");
  const ByteVector iv = FromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const ByteVector plain = FromHex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17");
  const ByteVector gb = FromHex(
      "e9538251c71d7b80bbe4483fef497bd12c5c581bd6242fc51e08964fb4f60fdb"
      "0ba42f63499279213d318d2c11f6886e903be7f93a1b3479");
  const ByteVector ieee = FromHex(
      "e9538251c71d7b80bbe4483fef497bd1b3db1a3e60408c575d63ff7db39f8326"
      "0869f9e2585fec9f0b863bf8fd784b8627d16c0db6d2cfc7");
  // 2 is Linux's CTR, which is no variant of XTS.
  for (const uint32_t order : {0u, 1u, 2u}) {
    ByteVector got(plain.size());
    Sqe sqe = Type3(0x223, 0x00370001,
                    {.source = plain.data(),
                     .target = got.data(),
                     .key = key.data(),
                     .iv = iv.data()});
    sqe[14] = order << 25;
    sqe[18] = static_cast<uint32_t>(plain.size());
    if (RunSec(queue, sqe) != kCipherOk || got != (order == 1 ? gb : ieee)) {
      return false;
    }
    // Back, in place.
    sqe[0] = 0x23;
    sqe[1] ^= 3;
    SetAddress(sqe, 4, AddressOf(got.data()));
    if (RunSec(queue, sqe) != kCipherOk || got != plain) return false;
  }
  return true;
}

}  // namespace

void TestSecCiphers(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  checks.Equal("sec queue", queue.result(), 0);
  Random random(101);
  for (const CipherCase& test : kCiphers) {
    const std::string name =
        std::string(test.name) + (test.cts != nullptr ? test.cts : "");
    bool encrypted = true;
    bool decrypted = true;
    for (size_t bytes : {32, 33, 47, 4096, 4099, 32704, 32711, 65536, 100003}) {
      bytes = bytes / test.block_bytes * test.block_bytes;
      const ByteVector key = random.Bytes(test.key_bytes);
      const ByteVector iv = random.Bytes(16);
      const ByteVector plain = random.Bytes(bytes);
      const auto want = Encipher(test.name, key, iv, plain, test.cts);
      if (!want) {
        checks.That(name + " by OpenSSL", false);
        break;
      }
      ByteVector got(bytes + 1, 0xee);
      Sqe sqe = Type3(0x223, test.word1,
                      {.source = plain.data(),
                       .target = got.data(),
                       .key = key.data(),
                       .iv = iv.data()});
      sqe[14] = 0x04000000;
      sqe[18] = static_cast<uint32_t>(bytes);
      uint32_t status = RunSec(queue, sqe);
      encrypted = encrypted && status == kCipherOk && got[bytes] == 0xee &&
                  std::equal(want->begin(), want->end(), got.begin());
      // Back, in place.
      sqe[0] = 0x23;
      sqe[1] ^= 3;
      SetAddress(sqe, 4, AddressOf(got.data()));
      status = RunSec(queue, sqe);
      decrypted = decrypted && status == kCipherOk && got[bytes] == 0xee &&
                  std::equal(plain.begin(), plain.end(), got.begin());
    }
    checks.That("encrypt " + name, encrypted);
    checks.That("decrypt " + name, decrypted);
  }
  checks.That("SM4-XTS in both orders", Sm4XtsFits(queue));
}

}  // namespace uacced::vm
