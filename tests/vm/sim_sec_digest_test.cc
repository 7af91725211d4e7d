// Hashes and MACs of SEC, against OpenSSL.
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/vm/sim_queue.h"
#include "tests/vm/sim_sec.h"
#include "tests/vm/sim_tests.h"

namespace uacced::vm {
namespace {

struct HashCase {
  const char* name;
  uint32_t a_alg;
  uint32_t keyed_a_alg;
  size_t digest_bytes;
  size_t state_bytes;
  size_t block_bytes;
};

constexpr HashCase kHashes[] = {
    {"SHA1", 0x00, 0x10, 20, 20, 64},
    {"SHA256", 0x01, 0x11, 32, 32, 64},
    {"MD5", 0x02, 0x12, 16, 16, 64},
    {"SHA224", 0x03, 0x13, 28, 32, 64},
    {"SHA384", 0x04, 0x14, 48, 64, 128},
    {"SHA512", 0x05, 0x15, 64, 64, 128},
    {"SHA512-224", 0x06, 0x16, 28, 64, 128},
    {"SHA512-256", 0x07, 0x17, 32, 64, 128},
    {"SM3", 0x25, 0x26, 32, 32, 64},
};

Sqe HashSqe(const HashCase& test, bool keyed, const ByteVector& data,
            const ByteVector& key, ByteVector& out) {
  Sqe sqe =
      Type3(0xe3, 0,
            {.source = data.data(), .auth_key = key.data(), .mac = out.data()});
  sqe[14] = 1 | static_cast<uint32_t>(test.digest_bytes / 4) << 4 |
            (keyed ? static_cast<uint32_t>(key.size() / 4) << 9 : 0) |
            (keyed ? test.keyed_a_alg : test.a_alg) << 15;
  sqe[17] = static_cast<uint32_t>(data.size());
  return sqe;
}

ByteVector DigestOf(const HashCase& test, bool keyed, const ByteVector& key,
                    const ByteVector& data) {
  if (keyed) return Hmac(test.name, key, data);
  ByteVector digest(64);
  size_t bytes = 0;
  EVP_Q_digest(nullptr, test.name, nullptr, data.data(), data.size(),
               digest.data(), &bytes);
  digest.resize(bytes);
  return digest;
}

// FIRST, MIDDLE, END.
bool LongHashFits(SimQueue& queue, const HashCase& test, bool keyed,
                  Random& random) {
  const size_t part = test.block_bytes * 40;
  const ByteVector key = random.Bytes(32);
  const ByteVector data = random.Bytes(2 * part + 100);
  const ByteVector first(data.begin(), data.begin() + static_cast<long>(part));
  const ByteVector middle(data.begin() + static_cast<long>(part),
                          data.end() - 100);
  const ByteVector end(data.end() - 100, data.end());
  ByteVector state(64);
  Sqe sqe = HashSqe(test, keyed, first, key, state);
  sqe[27] = 1;
  if (RunSec(queue, sqe) != kDigestOk) return false;
  sqe = HashSqe(test, keyed, middle, key, state);
  sqe[14] |= 4;
  sqe[27] = 1;
  SetAddress(sqe, 8, AddressOf(state.data()));
  if (RunSec(queue, sqe) != kDigestOk) return false;
  sqe = HashSqe(test, keyed, end, key, state);
  sqe[14] |= 4;
  sqe[25] = static_cast<uint32_t>(data.size() * 8);
  SetAddress(sqe, 8, AddressOf(state.data()));
  if (RunSec(queue, sqe) != kDigestOk) return false;
  const ByteVector want = DigestOf(test, keyed, key, data);
  return std::equal(want.begin(), want.end(), state.begin());
}

bool HashFits(SimQueue& queue, const HashCase& test, bool keyed,
              Random& random) {
  for (const size_t bytes : {0, 1, 55, 56, 63, 64, 100, 4096, 100'000}) {
    const ByteVector key = random.Bytes(32);
    const ByteVector data = random.Bytes(bytes);
    ByteVector digest(test.digest_bytes);
    if (RunSec(queue, HashSqe(test, keyed, data, key, digest)) != kDigestOk ||
        digest != DigestOf(test, keyed, key, data)) {
      return false;
    }
  }
  return LongHashFits(queue, test, keyed, random);
}

bool BlockMacsFit(SimQueue& queue, Random& random) {
  const ByteVector key = random.Bytes(16);
  const ByteVector data = random.Bytes(1001);
  ByteVector mac(16);
  Sqe sqe =
      Type3(0xe3, 0,
            {.source = data.data(), .auth_key = key.data(), .mac = mac.data()});
  sqe[14] = 0x08108841;
  sqe[17] = static_cast<uint32_t>(data.size());
  ByteVector want(16);
  size_t bytes = 0;
  EVP_Q_mac(nullptr, "CMAC", nullptr, "AES-128-CBC", nullptr, key.data(), 16,
            data.data(), data.size(), want.data(), 16, &bytes);
  if (RunSec(queue, sqe) != kDigestOk || mac != want) return false;

  // RFC 3566, test case 2, with all of the MAC.
  ByteVector known_key(16);
  for (uint8_t i = 0; i < 16; ++i) known_key[i] = i;
  const ByteVector message = {0, 1, 2};
  const ByteVector known = {0x5b, 0x37, 0x65, 0x80, 0xae, 0x2f, 0x19, 0xaf,
                            0xe7, 0x21, 0x9c, 0xee, 0xf1, 0x72, 0x75, 0x6f};
  sqe[14] = 0x08100841;
  sqe[17] = 3;
  SetAddress(sqe, 4, AddressOf(message.data()));
  SetAddress(sqe, 6, AddressOf(known_key.data()));
  if (RunSec(queue, sqe) != kDigestOk || mac != known) return false;

  // GMAC: a GCM with nothing to cipher.
  const ByteVector nonce = random.Bytes(12);
  ByteVector sealed;
  SealedBy("AES-128-GCM", key, nonce, data, {}, 16, sealed, want);
  const ByteVector iv = Joined(nonce, {0, 0, 0, 0});
  sqe = Type3(0x23, 0,
              {.source = data.data(),
               .auth_key = key.data(),
               .auth_iv = iv.data(),
               .mac = mac.data()});
  sqe[14] = 0x08110845;
  sqe[17] = static_cast<uint32_t>(data.size());
  return RunSec(queue, sqe) == kDigestOk && mac == want;
}

}  // namespace

void TestSecDigests(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(107);
  for (const HashCase& test : kHashes) {
    checks.That(test.name, HashFits(queue, test, false, random));
    checks.That(std::string("HMAC ") + test.name,
                HashFits(queue, test, true, random));
  }
  checks.That("CMAC, XCBC and GMAC", BlockMacsFit(queue, random));
}

}  // namespace uacced::vm
