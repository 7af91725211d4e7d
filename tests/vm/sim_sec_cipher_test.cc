// Ciphers of SEC, against OpenSSL.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "hw/hisi/abi/sec.h"
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
    {"SM4-CBC", 0x00310001, 16, 16},
};

// SM4 is there only if the kernel has it.
bool IsMissing(const char* name, uint32_t status) {
  return std::strncmp(name, "SM4", 3) == 0 &&
         ErrorOf(status) == HISI_SEC_SIM_UNSUPPORTED;
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
      if (IsMissing(test.name, status)) {
        checks.Skip(name, "not in this kernel");
        encrypted = decrypted = true;
        break;
      }
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
}

}  // namespace uacced::vm
