// The other type of descriptors, and descriptors that are refused.
#include <algorithm>
#include <cstdint>

#include "hw/hisi/abi/sec.h"
#include "tests/vm/sim_queue.h"
#include "tests/vm/sim_sec.h"
#include "tests/vm/sim_tests.h"

namespace uacced::vm {

// By descriptors of type 2, which later versions take as well.
void TestSecType2(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(109);
  const ByteVector key = random.Bytes(32);
  const ByteVector iv = random.Bytes(16);
  const ByteVector plain = random.Bytes(4096);
  ByteVector target(4096);
  ByteVector mac(64);
  const Operands operands = {.source = plain.data(),
                             .target = target.data(),
                             .key = key.data(),
                             .iv = iv.data(),
                             .auth_key = key.data(),
                             .mac = mac.data()};
  Sqe sqe = Type2(0xa12, operands);
  sqe[3] = 0x00027000;
  sqe[5] = 4096;
  checks.That("XTS of type 2",
              RunSec(queue, sqe) == kCipherOk &&
                  target == Encipher("AES-128-XTS", key, iv, plain));
  const ByteVector des_key = random.Bytes(8);
  sqe = Type2(0xa12, operands);
  sqe[3] = 0x00001001;
  sqe[5] = 4096;
  SetAddress(sqe, 22, AddressOf(des_key.data()));
  const ByteVector three = Joined(des_key, Joined(des_key, des_key));
  checks.That("DES of type 2",
              RunSec(queue, sqe) == kCipherOk &&
                  target == Encipher("DES-EDE3-CBC", three, iv, plain));
  sqe = Type2(0x842, operands);
  sqe[2] = 0x00008908;
  sqe[4] = 4096;
  ByteVector want = Hmac("SHA256", key, plain);
  checks.That("HMAC of type 2",
              RunSec(queue, sqe) == kDigestOk &&
                  std::equal(want.begin(), want.end(), mac.begin()));
  const ByteVector aad(plain.begin(), plain.begin() + 16);
  const ByteVector payload(plain.begin() + 16, plain.end());
  ByteVector sealed;
  ByteVector tag;
  SealedBy("AES-256-GCM", key, {iv.begin(), iv.begin() + 12}, aad, payload, 16,
           sealed, tag);
  sqe = Type2(0xa12, operands);
  sqe[3] = 0x00026410;
  sqe[4] = 16;
  sqe[5] = 4080;
  sqe[6] = 0x00100000;
  checks.That(
      "GCM of type 2",
      RunSec(queue, sqe) == kAeadOk &&
          std::equal(sealed.begin(), sealed.end(), target.begin() + 16) &&
          std::equal(tag.begin(), tag.end(), mac.begin()));
}

void TestSecErrors(Checks& checks) {
  SimQueue queue("hisi_sec2", 0);
  Random random(113);
  const ByteVector bytes = random.Bytes(4096);
  ByteVector target(4096);
  const Operands operands = {.source = bytes.data(),
                             .target = target.data(),
                             .key = bytes.data(),
                             .iv = bytes.data(),
                             .auth_key = bytes.data(),
                             .auth_iv = bytes.data(),
                             .mac = target.data()};
  const auto error = [&](Sqe sqe) -> long {
    return ErrorOf(RunSec(queue, sqe));
  };
  Sqe good = Type3(0x223, 0x00210001, operands);
  good[18] = 4096;
  checks.Equal("good", error(good), 0);
  Sqe sqe = good;
  sqe[0] = 0x221;
  checks.Equal("type 1", error(sqe), HISI_SEC_SIM_BD_TYPE);
  sqe = good;
  sqe[18] = 4095;
  checks.Equal("part of a block", error(sqe), HISI_SEC_SIM_DATA_LENGTH);
  sqe = good;
  sqe[1] = 0x00216001;
  checks.Equal("no such key", error(sqe), HISI_SEC_SIM_KEY_LENGTH);
  sqe = good;
  sqe[1] = 0x00280001;
  checks.Equal("no such mode", error(sqe), HISI_SEC_SIM_UNSUPPORTED);
  sqe = good;
  sqe[1] = 0x00210000;
  checks.Equal("nothing to do", error(sqe), HISI_SEC_SIM_FIELDS);
  sqe = good;
  sqe[0] |= 0x1000;  // A PRP.
  checks.Equal("no such list", error(sqe), HISI_SEC_SIM_UNSUPPORTED);
  for (const unsigned word : {4, 12, 19, 23}) {
    sqe = good;
    SetAddress(sqe, word, 0x10);
    checks.Equal("no memory", error(sqe), HISI_SEC_SIM_ADDRESS);
  }
  sqe = Type3(0x223, 0x00264011, operands);
  sqe[18] = 4096;
  checks.Equal("a tag too short", error(sqe), HISI_SEC_SIM_MAC_LENGTH);
}

}  // namespace uacced::vm
