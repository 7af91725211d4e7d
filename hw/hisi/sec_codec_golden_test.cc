// Requests of ours whose descriptors have been captured from UADK must come out
// as those, but for what we do otherwise on purpose: associated data comes by a
// list of its own, so there are lists, and no prefetch, where UADK has copied
// it before the data.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/sec_codec_fixture.h"
#include "hw/hisi/sec_golden.h"
#include "hw/hisi/sec_stream.h"
#include "hw/test_data.h"

namespace uacced::hw::hisi {
namespace {

// Where the addresses stand, first of two dwords: source, destination, MAC,
// cipher key, cipher IV, auth key, auth IV.
constexpr unsigned kAddresses2[] = {24, 26, 18, 22, 20, 16, 14};
constexpr unsigned kAddresses3[] = {4, 19, 21, 12, 23, 6, 8};
enum Place : uint8_t {
  kSource,
  kDestination,
  kMac,
  kCipherKey,
  kCipherIv,
  kAuthKey,
  kAuthIv,
};

class SecCodecGoldenTest : public SecCodecFixture {
 protected:
  uint64_t AddressIn(const Sqe& sqe, Place place) const {
    const unsigned at =
        version() == 2 ? kAddresses2[place] : kAddresses3[place];
    return sqe.dword[at] | uint64_t{sqe.dword[at + 1]} << 32;
  }
  const uint8_t* At(const Sqe& sqe, Place place) const {
    return PointerOf(AddressIn(sqe, place));
  }

  // All dwords but addresses and tag are as captured; and where there is an
  // address, there is one.
  void ExpectGolden(const Sqe& sqe, const std::string& name, uint32_t entry,
                    bool by_lists = false) {
    GoldenDwords golden;
    for (const SecGolden& one : SecGoldens()) {
      if (one.name != name && one.name != name + ", type 3") continue;
      const GoldenDwords& dwords = version() == 2 ? one.type2 : one.type3;
      if (!dwords.empty()) golden = dwords;
    }
    ASSERT_FALSE(golden.empty());
    if (by_lists) {
      golden[0] |= version() == 2 ? 0x48000 : 0x4800;
      if (version() > 2) golden[14] &= ~0x8000000u;
    }
    golden[version() == 2 ? 10 : 2] = entry;
    Sqe masked = sqe;
    for (uint8_t place = kSource; place <= kAuthIv; ++place) {
      const unsigned at =
          version() == 2 ? kAddresses2[place] : kAddresses3[place];
      EXPECT_EQ(AddressIn(sqe, static_cast<Place>(place)) != 0,
                golden.erase(at) + golden.erase(at + 1) != 0)
          << at;
      masked.dword[at] = masked.dword[at + 1] = 0;
    }
    for (unsigned i = 0; i < kSqeDwords; ++i) {
      EXPECT_EQ(masked.dword[i], golden.count(i) != 0 ? golden[i] : 0)
          << name << ", dword " << i;
    }
  }

  // A request of 4096 bytes, its descriptor as captured.
  Sqe EncodeGolden(const ContractWork& work, const std::string& name,
                   bool by_lists = false) {
    SCOPED_TRACE(name);
    const Sqe sqe = Encode(work.request, 5);
    ExpectGolden(sqe, name, 5, by_lists);
    return sqe;
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, SecCodecGoldenTest, ::testing::Values(2, 3));

TEST_P(SecCodecGoldenTest, Ciphers) {
  const struct {
    Operation operation;
    Algorithm algorithm;
    const char* name;
  } kCases[] = {
      {Operation::kEncrypt, Algorithm::kAes128Xts, "aes-128-xts"},
      {Operation::kEncrypt, Algorithm::kAes256Xts, "aes-256-xts"},
      {Operation::kEncrypt, Algorithm::kSm4Cbc, "sm4-cbc"},
      {Operation::kDecrypt, Algorithm::kSm4Cbc, "sm4-cbc decrypt"},
      {Operation::kEncrypt, Algorithm::kAes256Ctr, "aes-256-ctr"},
  };
  for (const auto& row : kCases) {
    if (!codec_->capabilities().Has(row.operation, row.algorithm)) continue;
    ContractWork work(row.operation, row.algorithm, RandomBytes(4096, 1));
    const Request& request = work.request;
    const Sqe sqe = EncodeGolden(work, row.name);
    EXPECT_EQ(At(sqe, kSource), request.source.data());
    EXPECT_EQ(At(sqe, kDestination), request.destination.data());
    EXPECT_EQ(At(sqe, kCipherKey), request.key.data());
    EXPECT_EQ(std::memcmp(At(sqe, kCipherIv), request.nonce.data(), 16), 0);
  }
}

TEST_P(SecCodecGoldenTest, Aead) {
  ContractWork work(Operation::kEncrypt, Algorithm::kAes256Gcm,
                    RandomBytes(4096, 1));
  const Bytes associated = work.request.associated_data.first(16);
  work.request.associated_data = associated;
  const Sqe sqe = EncodeGolden(work, "aes-256-gcm", true);
  EXPECT_EQ(std::memcmp(At(sqe, kCipherIv), work.request.nonce.data(), 12), 0);
  EXPECT_EQ(std::memcmp(At(sqe, kAuthIv), work.request.nonce.data(), 12), 0);
  EXPECT_EQ(At(sqe, kCipherKey), work.request.key.data());
  EXPECT_NE(At(sqe, kMac), work.mac.data());

  ContractWork undo(Operation::kDecrypt, Algorithm::kAes256Gcm,
                    RandomBytes(4096, 1));
  undo.request.associated_data = associated;
  undo.mac = RandomBytes(16, 2);
  undo.request.expected_mac = undo.mac;
  const Sqe opened = EncodeGolden(undo, "aes-256-gcm decrypt", true);
  EXPECT_EQ(std::memcmp(At(opened, kMac), undo.mac.data(), 16), 0);
}

// As captured without associated data: 10.1 less what is about that.
TEST_P(SecCodecGoldenTest, AeadOfOneBufferNeedsNoLists) {
  ContractWork work(Operation::kEncrypt, Algorithm::kAes256Gcm,
                    RandomBytes(4096, 1));
  work.request.associated_data = {};
  const Sqe sqe = Encode(work.request);
  EXPECT_EQ(sqe.dword[0], version() == 2 ? 0xa12u : 0x223u);
  EXPECT_EQ(sqe.dword[version() == 2 ? 4 : 17], 0u);
  EXPECT_EQ(sqe.dword[version() == 2 ? 5 : 18], 4096u);
  EXPECT_EQ(sqe.dword[version() == 2 ? 6 : 16], 0u);
  EXPECT_EQ(At(sqe, kSource), work.request.source.data());
  EXPECT_EQ(At(sqe, kDestination), work.request.destination.data());
}

TEST_P(SecCodecGoldenTest, CcmAndItsBlocks) {
  ContractWork work(Operation::kEncrypt, Algorithm::kAes128Ccm,
                    RandomBytes(4096, 1));
  const std::vector<uint8_t> nonce = FromHex("0102030405060708090a0b");
  work.request.nonce = nonce;
  work.request.associated_data = work.request.associated_data.first(16);
  SetMacBytes(work, 8);
  const Sqe sqe = EncodeGolden(work, "aes-128-ccm", true);
  const auto block = [&](Place place) {
    return std::vector<uint8_t>(At(sqe, place), At(sqe, place) + 16);
  };
  EXPECT_EQ(block(kCipherIv), FromHex("030102030405060708090a0b00000001"));
  EXPECT_EQ(block(kAuthIv), FromHex("5b0102030405060708090a0b00001000"));
}

TEST_P(SecCodecGoldenTest, Digests) {
  const struct {
    Algorithm algorithm;
    size_t key_bytes;
    const char* name;
  } kCases[] = {
      {Algorithm::kSha256, 0, "sha256"},
      {Algorithm::kSha512, 0, "sha512"},
      {Algorithm::kHmacSha256, 32, "hmac-sha256"},
      {Algorithm::kHmacSha512, 128, "hmac-sha512"},
  };
  const std::vector<uint8_t> key = RandomBytes(128, 3);
  for (const auto& row : kCases) {
    ContractWork work(Operation::kDigest, row.algorithm, RandomBytes(4096, 1));
    work.request.key = Bytes(key).first(row.key_bytes);
    const Sqe sqe = EncodeGolden(work, row.name);
    EXPECT_EQ(At(sqe, kMac), work.request.destination.data());
    if (row.key_bytes > 0) {
      EXPECT_EQ(At(sqe, kAuthKey), key.data());
    }
  }
}

TEST_P(SecCodecGoldenTest, LongHashes) {
  StreamSpec spec;
  spec.operation = Operation::kDigest;
  spec.algorithm = Algorithm::kSha256;
  auto stream = NewSecStream(version(), spec);
  ASSERT_TRUE(stream.ok());
  const char* const kNames[] = {"sha256 FIRST", "sha256 MIDDLE", "sha256 END"};
  const uint8_t* state = nullptr;
  for (int i = 0; i < 3; ++i) {
    ContractWork work(Operation::kDigest, Algorithm::kSha256,
                      RandomBytes(i < 2 ? 4096 : 100, 1));
    work.request.stream = stream->get();
    work.request.last = i == 2;
    Sqe sqe = EncodeGolden(work, kNames[i]);
    if (i == 0) state = At(sqe, kMac);
    EXPECT_EQ(At(sqe, kMac), state);
    if (i > 0) {
      EXPECT_EQ(At(sqe, kAuthIv), state);
    }
    device_.Execute(sqe);
    EXPECT_EQ(codec_->Decode(5, sqe).kind(), CodecStep::Kind::kDone);
  }
  spec.algorithm = Algorithm::kSm3;
  stream = NewSecStream(version(), spec);
  ContractWork work(Operation::kDigest, Algorithm::kSm3, RandomBytes(4096, 1));
  work.request.stream = stream->get();
  EncodeGolden(work, "sm3 FIRST");
}

TEST_P(SecCodecGoldenTest, ListsAreAsTheHardwareReadsThem) {
  ContractWork work(Operation::kEncrypt, Algorithm::kAes128Gcm,
                    RandomBytes(0x800001, 1));
  const Sqe sqe = Encode(work.request);
  const auto* list = reinterpret_cast<const hisi_sgl*>(At(sqe, kSource));
  EXPECT_EQ(AddressIn(sqe, kSource) % 64, 0u);
  EXPECT_EQ(list->next_dma, 0u);
  ASSERT_EQ(list->entry_sum_in_sgl, 3);
  EXPECT_EQ(list->entry_sum_in_chain, 3);
  EXPECT_EQ(list->entry_length_in_sgl, 4);
  const auto address = [](const void* data) {
    return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(data));
  };
  EXPECT_EQ(list->entries[0].buf, address(work.request.associated_data.data()));
  EXPECT_EQ(list->entries[0].len, 20u);
  EXPECT_EQ(list->entries[1].buf, address(work.request.source.data()));
  EXPECT_EQ(list->entries[1].len, 0x800000u);
  EXPECT_EQ(list->entries[2].buf,
            address(work.request.source.data() + 0x800000));
  EXPECT_EQ(list->entries[2].len, 1u);
  list = reinterpret_cast<const hisi_sgl*>(At(sqe, kDestination));
  EXPECT_EQ(AddressIn(sqe, kDestination) % 64, 0u);
  ASSERT_EQ(list->entry_sum_in_sgl, 3);
  EXPECT_EQ(list->entries[0].len, 20u);
  EXPECT_EQ(list->entries[1].buf, address(work.request.destination.data()));
}

TEST_P(SecCodecGoldenTest, PrefetchIsForShortBuffersOnly) {
  if (version() == 2) return;
  for (const size_t bytes : {24'576, 24'577}) {
    ContractWork cipher(Operation::kEncrypt, Algorithm::kAes128Xts,
                        RandomBytes(bytes, 1));
    EXPECT_EQ(Encode(cipher.request).dword[14] >> 27 & 1, bytes == 24'576);
    ContractWork digest(Operation::kDigest, Algorithm::kSha1,
                        RandomBytes(bytes, 1));
    EXPECT_EQ(Encode(digest.request).dword[14] >> 27 & 1, bytes == 24'576);
  }
}

}  // namespace
}  // namespace uacced::hw::hisi
