// GCM, CCM and CBC with HMAC of SEC, against OpenSSL.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tests/vm/sim_queue.h"
#include "tests/vm/sim_sec.h"
#include "tests/vm/sim_tests.h"

namespace uacced::vm {
namespace {

// One AEAD of one size: there and back, and with a wrong tag.
bool AeadFits(SimQueue& queue, bool ccm, size_t aad_bytes, size_t bytes,
              size_t tag_bytes, Random& random) {
  const ByteVector key = random.Bytes(32);
  ByteVector nonce = random.Bytes(ccm ? 13 : 12);
  const ByteVector aad = random.Bytes(aad_bytes);
  const ByteVector plain = random.Bytes(bytes);
  ByteVector sealed;
  ByteVector tag;
  if (!SealedBy(ccm ? "AES-256-CCM" : "AES-256-GCM", key, nonce, aad, plain,
                tag_bytes, sealed, tag)) {
    return false;
  }
  ByteVector counter = nonce;
  ByteVector first_block = nonce;
  if (ccm) {
    counter.insert(counter.begin(), 1);
    counter.insert(counter.end(), {0, 1});
    first_block = counter;
    first_block[0] = static_cast<uint8_t>(1 | ((tag_bytes - 2) / 2) << 3 |
                                          (aad_bytes > 0 ? 0x40 : 0));
    first_block[14] = static_cast<uint8_t>(bytes >> 8);
    first_block[15] = static_cast<uint8_t>(bytes);
  }
  ByteVector source = Joined(aad, plain);
  ByteVector target(source.size());
  ByteVector mac(16);
  Sqe sqe = Type3(0x223, 0x00264001 | static_cast<uint32_t>(tag_bytes) << 4,
                  {.source = source.data(),
                   .target = target.data(),
                   .key = key.data(),
                   .iv = counter.data(),
                   .auth_iv = first_block.data(),
                   .mac = mac.data()});
  if (ccm) sqe[1] ^= 0x00030000;  // Mode 5 instead of 6.
  sqe[16] = static_cast<uint32_t>(aad_bytes) << 16;
  sqe[17] = static_cast<uint32_t>(aad_bytes);
  sqe[18] = static_cast<uint32_t>(bytes);
  const auto offset = static_cast<long>(aad_bytes);
  if (RunSec(queue, sqe) != kAeadOk ||
      !std::equal(sealed.begin(), sealed.end(), target.begin() + offset) ||
      !std::equal(tag.begin(), tag.end(), mac.begin())) {
    return false;
  }
  sqe[1] = (sqe[1] & ~3u) | 0x40000002;
  source = Joined(aad, sealed);
  SetAddress(sqe, 4, AddressOf(source.data()));
  if (RunSec(queue, sqe) != kAeadOk ||
      !std::equal(plain.begin(), plain.end(), target.begin() + offset)) {
    return false;
  }
  mac[0] ^= 1;
  return RunSec(queue, sqe) == kAeadMismatch;
}

// AES-128-CBC with an HMAC over what is not ciphered and the ciphertext.
bool AuthencFits(SimQueue& queue, size_t aad_bytes, size_t bytes,
                 Random& random) {
  const ByteVector key = random.Bytes(16);
  const ByteVector auth_key = random.Bytes(32);
  const ByteVector iv = random.Bytes(16);
  const ByteVector aad = random.Bytes(aad_bytes);
  const ByteVector plain = random.Bytes(bytes);
  const auto sealed = Encipher("AES-128-CBC", key, iv, plain);
  ByteVector source = Joined(aad, plain);
  ByteVector target(source.size());
  ByteVector mac(32);
  Sqe sqe = Type3(0x223, 0x00210001,
                  {.source = source.data(),
                   .target = target.data(),
                   .key = key.data(),
                   .iv = iv.data(),
                   .auth_key = auth_key.data(),
                   .mac = mac.data()});
  sqe[14] = 0x00089081;
  sqe[16] = static_cast<uint32_t>(aad_bytes) << 16;
  sqe[17] = static_cast<uint32_t>(aad_bytes + bytes);
  sqe[18] = static_cast<uint32_t>(bytes);
  const auto offset = static_cast<long>(aad_bytes);
  if (!sealed || RunSec(queue, sqe) != kAeadOk ||
      !std::equal(sealed->begin(), sealed->end(), target.begin() + offset) ||
      mac != Hmac("SHA256", auth_key, Joined(aad, *sealed))) {
    return false;
  }
  sqe[1] = 0x40210002;
  sqe[14] = 0x00089082;
  source = Joined(aad, *sealed);
  SetAddress(sqe, 4, AddressOf(source.data()));
  if (RunSec(queue, sqe) != kAeadOk ||
      !std::equal(plain.begin(), plain.end(), target.begin() + offset)) {
    return false;
  }
  mac[31] ^= 0x80;
  return RunSec(queue, sqe) == kAeadMismatch;
}

// A GCM in parts: what is authenticated alone, whole blocks, the end.
bool GcmStreamFits(SimQueue& queue, Random& random) {
  constexpr size_t kAad = 20;
  constexpr size_t kMiddle = 4096;
  constexpr size_t kEnd = 100;
  const ByteVector key = random.Bytes(32);
  const ByteVector nonce = random.Bytes(12);
  const ByteVector aad = random.Bytes(kAad);
  const ByteVector plain = random.Bytes(kMiddle + kEnd);
  ByteVector sealed;
  ByteVector tag;
  SealedBy("AES-256-GCM", key, nonce, aad, plain, 16, sealed, tag);

  ByteVector state(16);
  ByteVector iv = Joined(nonce, {0, 0, 0, 0});
  ByteVector target(plain.size());
  Sqe sqe = Type3(0x2e3, 0x00064100,
                  {.source = aad.data(),
                   .iv = iv.data(),
                   .auth_key = key.data(),
                   .mac = state.data()});
  sqe[14] = 0x00111041;
  sqe[16] = kAad << 16;
  sqe[17] = kAad;
  sqe[27] = 0x21;
  if (RunSec(queue, sqe) != kDigestOk) return false;

  iv[15] = 1;
  sqe = Type3(0x2e3, 0x00264101,
              {.source = plain.data(),
               .target = target.data(),
               .key = key.data(),
               .iv = iv.data(),
               .auth_key = key.data(),
               .auth_iv = state.data(),
               .mac = state.data()});
  sqe[14] = 0x08001004;
  sqe[18] = kMiddle;
  sqe[27] = 0x21;
  if (RunSec(queue, sqe) != kAeadOk) return false;

  iv[14] = 1;  // 256 blocks on
  ByteVector end = Joined(nonce, {0, 0, 0, 1});
  end.resize(32);
  end = Joined(end, state);
  end.resize(64);
  ByteVector mac(16);
  sqe = Type3(0x2e3, 0x00264101,
              {.source = plain.data() + kMiddle,
               .target = target.data() + kMiddle,
               .key = key.data(),
               .iv = iv.data(),
               .auth_key = key.data(),
               .auth_iv = end.data(),
               .mac = mac.data()});
  sqe[14] = 0x08001004;
  sqe[18] = kEnd;
  SetAddress(sqe, 25, (kMiddle + kEnd) << 24 | kAad);
  sqe[27] = 0x20;
  return RunSec(queue, sqe) == kAeadOk && target == sealed && mac == tag;
}

}  // namespace

void TestSecAeads(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(103);
  for (const bool ccm : {false, true}) {
    bool right = true;
    for (const size_t aad : {0, 1, 16, 60'000}) {
      for (const size_t bytes : {1, 4096, 40'001}) {
        for (const size_t tag : {4, 8, 16}) {
          right = right && AeadFits(queue, ccm, aad, bytes, tag, random);
        }
      }
    }
    checks.That(ccm ? "AES-256-CCM" : "AES-256-GCM", right);
  }
  bool right = true;
  for (const size_t aad : {0, 16, 1000}) {
    for (const size_t bytes : {16, 4096, 80'000}) {
      right = right && AuthencFits(queue, aad, bytes, random);
    }
  }
  checks.That("AES-128-CBC with HMAC-SHA256", right);
  checks.That("a GCM in parts", GcmStreamFits(queue, random));
  // Only says that it was there: UADK computes such an end itself.
  checks.Equal("an invalid descriptor", RunSec(queue, Type3(0x2f3, 0, {})), 1);
}

}  // namespace uacced::vm
