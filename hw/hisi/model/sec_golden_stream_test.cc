// GCM in parts, as UADK does it: associated data, blocks of payload, and the
// end, which it computes itself on the two earlier versions.
#include <cstdint>

#include "gtest/gtest.h"
#include "hw/hisi/model/sec_bench.h"
#include "hw/hisi/model/sec_oracle.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

class SecGoldenStreamTest : public SecBench {
 protected:
  SecGoldenStreamTest() {
    memory_.Add(kKey, key_);
    memory_.Add(kAuthKey, key_);
    memory_.Add(kIv, Joined(nonce_, Data(4)));
    memory_.Add(kMac, 16);
  }

  void First(uint32_t type) {
    memory_.Add(kSource, aad_);
    const Descriptor bd = type == 2 ? Bd(2, "SDAIM",
                                         {{0, 0x3a42},
                                          {1, 0x400},
                                          {2, 0x11104},
                                          {4, 0x10},
                                          {6, 0x100000}})
                                    : Bd(3, "SDAIM",
                                         {{0, 0x2e3},
                                          {1, 0x64100},
                                          {14, 0x111041},
                                          {16, 0x100000},
                                          {17, 0x10},
                                          {27, 0x21}});
    // The destination is not there: it must not be touched.
    EXPECT_EQ(Execute(type, bd), kDigestOk);
    EXPECT_EQ(memory_.faults(), 0);
    at(kIv)[15] = 1;
  }

  // 4096 bytes; what came out of it.
  Data Middle(uint32_t type, bool encrypt, const Data& data) {
    memory_.Add(kSource, data);
    memory_.Add(kDestination, data.size());
    const Descriptor bd = type == 2
                              ? Bd(2, "SDKIAvM",
                                   {{0, encrypt ? 0x3a12u : 0x3b22u},
                                    {1, 0x500},
                                    {2, 0x100},
                                    {3, 0x26410},
                                    {5, 0x1000}})
                              : Bd(3, "SDKIAvM",
                                   {{0, 0x2e3},
                                    {1, encrypt ? 0x264101u : 0x40264102u},
                                    {14, 0x8001004},
                                    {18, 0x1000},
                                    {27, 0x21}});
    EXPECT_EQ(Execute(type, bd), kAeadOk);
    // Software adds the blocks that are done.
    const uint32_t counter = (at(kIv)[14] << 8 | at(kIv)[15]) + 256;
    at(kIv)[14] = static_cast<uint8_t>(counter >> 8);
    at(kIv)[15] = static_cast<uint8_t>(counter);
    return at(kDestination);
  }

  // The end of later devices: 100 bytes of 4196.
  uint32_t End(bool encrypt, const Data& data, const Data& state) {
    memory_.Add(kSource, data);
    memory_.Add(kDestination, data.size());
    Data block = Joined(nonce_, FromHex("00000001"));
    block.resize(32);
    block = Joined(block, state);
    block.resize(64);
    memory_.Add(kAuthIv, block);
    return Execute(3, Bd(3, "SDKIAVM",
                         {{0, 0x2e3},
                          {1, encrypt ? 0x264101u : 0x40264102u},
                          {14, 0x8001004},
                          {18, 0x64},
                          {25, 0x64000010},
                          {26, 0x10},
                          {27, 0x20}}));
  }

  const Data key_ = RandomBytes(32, 1);
  const Data nonce_ = RandomBytes(12, 2);
  const Data aad_ = RandomBytes(16, 3);
  const Data plaintext_ = RandomBytes(4196, 4);
  const Data first_ = Data(plaintext_.begin(), plaintext_.begin() + 4096);
  const Data rest_ = From(plaintext_, 4096);
  const Sealed sealed_ =
      OracleSeal("AES-256-GCM", key_, nonce_, aad_, plaintext_, 16);
};

// The state is that of GHASH, without lengths and mask: software can go on.
TEST_F(SecGoldenStreamTest, StateIsThatOfGhash) {
  for (uint32_t type = 2; type <= 3; ++type) {
    memory_.Add(kIv, Joined(nonce_, Data(4)));
    First(type);
    EXPECT_EQ(at(kMac), PlainGhash("AES-256-ECB", key_, aad_));
    const Data out = Middle(type, true, first_);
    const Data ciphertext(sealed_.data.begin(), sealed_.data.begin() + 4096);
    EXPECT_EQ(out, ciphertext);
    EXPECT_EQ(at(kMac),
              PlainGhash("AES-256-ECB", key_, Joined(aad_, ciphertext)));
  }
}

TEST_F(SecGoldenStreamTest, EndOfLaterDevices) {
  First(3);
  EXPECT_EQ(Middle(3, true, first_),
            Data(sealed_.data.begin(), sealed_.data.begin() + 4096));
  EXPECT_EQ(End(true, rest_, at(kMac)), kAeadOk);
  EXPECT_EQ(at(kDestination), From(sealed_.data, 4096));
  EXPECT_EQ(at(kMac), sealed_.tag);
}

TEST_F(SecGoldenStreamTest, Decryption) {
  for (const bool wrong : {false, true}) {
    memory_.Add(kIv, Joined(nonce_, Data(4)));
    First(3);
    EXPECT_EQ(Middle(3, false,
                     Data(sealed_.data.begin(), sealed_.data.begin() + 4096)),
              first_);
    const Data state = at(kMac);
    at(kMac) = sealed_.tag;
    if (wrong) at(kMac)[0] ^= 1;
    EXPECT_EQ(End(false, From(sealed_.data, 4096), state),
              wrong ? kAeadMismatch : kAeadOk);
    EXPECT_EQ(at(kDestination), rest_);
  }
}

// The counter of 32 bits wraps without a carry into the nonce.
TEST_F(SecGoldenStreamTest, CounterWraps) {
  at(kIv) = Joined(nonce_, FromHex("fffffffd"));
  First(3);
  at(kIv) = Joined(nonce_, FromHex("fffffffd"));
  const Data out = Middle(3, true, Data(4096));
  const auto block = [&](const char* counter) {
    return OracleCipher("AES-256-ECB", true, key_, {},
                        Joined(nonce_, FromHex(counter)));
  };
  EXPECT_EQ(Data(out.begin() + 16, out.begin() + 32), block("ffffffff"));
  EXPECT_EQ(Data(out.begin() + 32, out.begin() + 48), block("00000000"));
  EXPECT_EQ(Data(out.end() - 16, out.end()), block("000000fd"));
}

// The end that software computed: nothing is to be done, in no memory.
TEST_F(SecGoldenStreamTest, InvalidDescriptorsTouchNothing) {
  SecBench::memory_ = TestMemory();
  EXPECT_EQ(Execute(2, Bd(2, "SDKIAVM", {{0, 0x3a12}, {1, 0x80000000}})),
            kOnlyDone);
  EXPECT_EQ(Execute(3, Bd(3, "SDKIAVM", {{0, 0x2f3}})), kOnlyDone);
  EXPECT_EQ(memory_.faults(), 0);
}

}  // namespace
}  // namespace uacced::hw::hisi
