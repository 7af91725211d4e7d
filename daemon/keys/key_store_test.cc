#include "daemon/keys/key_store.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/core/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace uacced {
namespace {

using hw::Algorithm;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::unique_ptr<KeyStore> MakeStore(size_t max_keys = 16) {
  auto store = KeyStore::Create({.max_keys = max_keys});
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

// 1, 2, 3, ...: no two halves alike.
std::vector<uint8_t> Material(size_t size_bytes) {
  std::vector<uint8_t> material(size_bytes);
  std::iota(material.begin(), material.end(), 1);
  return material;
}

TEST(KeyStoreTest, CreatesAKeyAsLongAsTheAlgorithmWants) {
  const auto store = MakeStore(hw::kAlgorithmCount);
  for (size_t i = 0; i < hw::kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    const hw::AlgorithmInfo& info = hw::Info(algorithm);
    const auto key = store->CreateKey({std::string(info.name), algorithm});
    if (info.key_bytes == 0) {
      EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument)
          << info.name;
    } else {
      ASSERT_TRUE(key.ok()) << key.status();
      EXPECT_EQ((*key)->bytes().size(), info.key_bytes);
      EXPECT_EQ((*key)->algorithm(), algorithm);
    }
  }
}

TEST(KeyStoreTest, CreatedKeysAreRandomAndDescribed) {
  const auto store = MakeStore();
  const absl::Time before = absl::Now();
  const auto one = *store->CreateKey({"one", Algorithm::kAes256Gcm, true});
  const auto two = *store->CreateKey({"two", Algorithm::kAes256Gcm});
  EXPECT_THAT(one->bytes(), testing::Not(ElementsAreArray(two->bytes())));
  EXPECT_EQ(one->name(), "one");
  EXPECT_TRUE(one->caller_nonce());
  EXPECT_FALSE(two->caller_nonce());
  EXPECT_FALSE(one->imported());
  EXPECT_GE(one->create_time(), before);
  EXPECT_LE(two->create_time(), absl::Now());
}

TEST(KeyStoreTest, ImportedBytesAreUsedAsTheyAre) {
  const auto store = MakeStore();
  const std::vector<uint8_t> material = Material(64);
  const auto key = store->ImportKey({"disk", Algorithm::kAes256Xts}, material);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE((*key)->imported());
  EXPECT_THAT((*key)->bytes(), ElementsAreArray(material));
  EXPECT_NE((*key)->bytes().data(), material.data());
}

TEST(KeyStoreTest, ImportRefusesLengthsThatDoNotFit) {
  const auto store = MakeStore();
  const struct {
    Algorithm algorithm;
    size_t size_bytes;
    bool fits;
  } kCases[] = {
      {Algorithm::kAes128Gcm, 15, false},
      {Algorithm::kAes128Gcm, 16, true},
      {Algorithm::kAes128Gcm, 17, false},
      {Algorithm::kAes256Ccm, 16, false},
      {Algorithm::kAes256Ccm, 32, true},
      {Algorithm::kAes128Xts, 16, false},
      {Algorithm::kAes128Xts, 32, true},
      {Algorithm::kSm4Cbc, 0, false},
      {Algorithm::kChaCha20Poly1305, 32, true},
      {Algorithm::kHmacSha256, 0, false},
      {Algorithm::kHmacSha256, 1, true},
      {Algorithm::kHmacSm3, 256, true},
      {Algorithm::kHmacSm3, 257, false},
  };
  for (const auto& c : kCases) {
    const auto key =
        store->ImportKey({"k", c.algorithm}, Material(c.size_bytes));
    if (c.fits) {
      EXPECT_TRUE(key.ok()) << key.status();
      EXPECT_TRUE(store->Destroy("k").ok());
    } else {
      EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(key.status().message()),
                  HasSubstr(absl::StrCat("not ", c.size_bytes)));
    }
  }
}

TEST(KeyStoreTest, ImportRefusesXtsKeysOfEqualHalves) {
  const auto store = MakeStore();
  for (const Algorithm algorithm :
       {Algorithm::kAes128Xts, Algorithm::kAes256Xts, Algorithm::kSm4Xts}) {
    const size_t size_bytes = hw::Info(algorithm).key_bytes;
    std::vector<uint8_t> material(size_bytes, 7);
    const auto key = store->ImportKey({"k", algorithm}, material);
    EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(key.status().message()), HasSubstr("halves"));
    material.back() = 8;
    EXPECT_TRUE(store->ImportKey({"k", algorithm}, material).ok());
    EXPECT_TRUE(store->Destroy("k").ok());
  }
  // Halves are XTS's alone.
  EXPECT_TRUE(
      store
          ->ImportKey({"k", Algorithm::kAes256Gcm}, std::vector<uint8_t>(32, 7))
          .ok());
}

TEST(KeyStoreTest, NamesFollowTheRule) {
  const auto store = MakeStore();
  for (const std::string& name :
       {std::string("a"), std::string("_"), std::string("A-z.0_9"),
        std::string("7"), std::string(64, 'x')}) {
    EXPECT_TRUE(store->CreateKey({name, Algorithm::kAes128Ctr}).ok()) << name;
  }
  for (const std::string& name :
       {std::string(), std::string(".a"), std::string("-a"), std::string("a b"),
        std::string("a/b"), std::string("a\0b", 3), std::string("k\xc3\xa9y"),
        std::string(65, 'x')}) {
    const auto key = store->CreateKey({name, Algorithm::kAes128Ctr});
    EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(key.status().message()), HasSubstr("1..64"));
  }
  EXPECT_EQ(store->key_count(), 5u);
}

TEST(KeyStoreTest, AnHmacKeyTakesNoNonce) {
  const auto store = MakeStore();
  EXPECT_EQ(store->CreateKey({"k", Algorithm::kHmacSha1, true}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(KeyStoreTest, ATakenNameIsRefusedAndItsKeyStays) {
  const auto store = MakeStore(1);
  const auto key = *store->CreateKey({"k", Algorithm::kAes128Gcm});
  // Also when the store is full.
  EXPECT_EQ(store->CreateKey({"k", Algorithm::kAes128Gcm}).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(store->ImportKey({"k", Algorithm::kAes128Gcm}, Material(16))
                .status()
                .code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(store->Find("k"), key);
}

TEST(KeyStoreTest, ListsByName) {
  const auto store = MakeStore();
  for (const char* name : {"b", "a", "B", "a.1"}) {
    ASSERT_TRUE(store->CreateKey({name, Algorithm::kSm4Cbc}).ok());
  }
  std::vector<std::string> names;
  for (const KeyVersions& key : store->List()) {
    names.push_back(key.front()->name());
  }
  EXPECT_THAT(names, testing::ElementsAre("B", "a", "a.1", "b"));
}

TEST(KeyStoreTest, ADestroyedKeyIsNotFoundAndItsBytesAreZeroed) {
  const auto store = MakeStore();
  const hw::Bytes bytes =
      (*store->ImportKey({"k", Algorithm::kAes128Gcm}, Material(16)))->bytes();
  EXPECT_EQ(bytes[0], 1);
  EXPECT_TRUE(store->Destroy("k").ok());
  EXPECT_EQ(store->Find("k"), nullptr);
  EXPECT_EQ(store->key_count(), 0u);
  // Still mapped, as the store is.
  EXPECT_THAT(bytes, testing::Each(0));
  EXPECT_EQ(store->Destroy("k").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->Destroy("no\nname").message(),
            "there is no key of that name");
}

TEST(KeyStoreTest, ADestroyedKeyLivesAndCountsUntilItsLastUseEnds) {
  const auto store = MakeStore(1);
  auto in_use = *store->ImportKey({"k", Algorithm::kAes128Gcm}, Material(16));
  EXPECT_TRUE(store->Destroy("k").ok());
  EXPECT_THAT(in_use->bytes(), ElementsAreArray(Material(16)));
  const auto refused = store->CreateKey({"k", Algorithm::kAes128Gcm});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("max_keys, 1"));
  in_use.reset();
  EXPECT_TRUE(store->CreateKey({"k", Algorithm::kAes128Gcm}).ok());
}

TEST(KeyStoreTest, ARefusedKeyLeavesNoSlotBehind) {
  const auto store = MakeStore(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(store->ImportKey({"k", Algorithm::kAes128Gcm}, {}).ok());
    EXPECT_FALSE(store->CreateKey({"k", Algorithm::kSha256}).ok());
  }
  EXPECT_TRUE(store->CreateKey({"k", Algorithm::kAes128Gcm}).ok());
}

TEST(KeyStoreTest, AKeyOutlivesItsStore) {
  auto store = MakeStore();
  const auto key =
      *store->ImportKey({"k", Algorithm::kHmacSha512}, Material(200));
  store.reset();
  EXPECT_THAT(key->bytes(), ElementsAreArray(Material(200)));
}

TEST(KeyStoreTest, RefusesSizesOutOfRange) {
  EXPECT_EQ(KeyStore::Create({.max_keys = 0}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(KeyStore::Create({.max_keys = 100'001}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(KeyStoreTest, RotationGivesANewVersionAndKeepsTheOld) {
  const auto store = MakeStore();
  const auto one =
      *store->ImportKey({"k", Algorithm::kAes128Gcm, true}, Material(16));
  EXPECT_EQ(one->version(), 1u);
  const auto versions = store->Rotate("k");
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_EQ(versions->front(), one);
  const auto& two = versions->back();
  EXPECT_EQ(two->version(), 2u);
  EXPECT_EQ(two->algorithm(), Algorithm::kAes128Gcm);
  EXPECT_TRUE(two->caller_nonce());
  EXPECT_FALSE(two->imported());
  EXPECT_EQ(two->bytes().size(), 16u);
  EXPECT_THAT(two->bytes(), testing::Not(ElementsAreArray(Material(16))));

  EXPECT_EQ(store->Find("k"), two);
  EXPECT_EQ(store->Find("k", 1), one);
  EXPECT_EQ(store->Find("k", 2), two);
  EXPECT_EQ(store->Find("k", 3), nullptr);
  EXPECT_EQ(store->Find("k", UINT32_MAX), nullptr);
  EXPECT_EQ(store->Find("j", 1), nullptr);
  EXPECT_EQ(store->key_count(), 1u);
  EXPECT_EQ(store->version_count(), 2u);
  EXPECT_THAT(store->List(), testing::ElementsAre(KeyVersions{one, two}));
}

TEST(KeyStoreTest, RotationTakesMaterialThatIsNewAndFits) {
  const auto store = MakeStore();
  ASSERT_TRUE(
      store->ImportKey({"k", Algorithm::kAes128Gcm}, Material(16)).ok());
  std::vector<uint8_t> other = Material(16);
  other[0] = 99;
  const auto versions = store->Rotate("k", other);
  ASSERT_TRUE(versions.ok()) << versions.status();
  EXPECT_TRUE(versions->back()->imported());
  EXPECT_THAT(versions->back()->bytes(), ElementsAreArray(other));

  for (const auto& refused :
       {store->Rotate("k", Material(16)), store->Rotate("k", other),
        store->Rotate("k", Material(17))}) {
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(GetErrorDetail(refused.status()).reason, "KEY_INVALID");
  }
  EXPECT_EQ(GetErrorDetail(store->Rotate("j").status()).reason,
            "KEY_NOT_FOUND");
  EXPECT_EQ(store->version_count(), 2u);
}

TEST(KeyStoreTest, VersionsCountAgainstTheLimitOnKeys) {
  const auto store = MakeStore(3);
  ASSERT_TRUE(store->CreateKey({"k", Algorithm::kAes128Gcm}).ok());
  ASSERT_TRUE(store->Rotate("k").ok());
  ASSERT_TRUE(store->Rotate("k").ok());
  for (const absl::Status& refused :
       {store->Rotate("k").status(),
        store->CreateKey({"j", Algorithm::kAes128Gcm}).status()}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(GetErrorDetail(refused).reason, "KEYS_LIMIT");
    EXPECT_EQ(GetErrorDetail(refused).quota_description, "keys.max_keys = 3");
  }
  auto held = store->Find("k", 2);
  EXPECT_TRUE(store->Destroy("k").ok());
  EXPECT_EQ(store->version_count(), 0u);
  EXPECT_EQ(store->Find("k", 1), nullptr);
  // Two of three slots are free again.
  EXPECT_TRUE(store->CreateKey({"a", Algorithm::kAes128Gcm}).ok());
  EXPECT_TRUE(store->Rotate("a").ok());
  EXPECT_FALSE(store->Rotate("a").ok());
  held.reset();
  EXPECT_TRUE(store->Rotate("a").ok());
}

TEST(KeyStoreTest, AKeyHasAtMost1024Versions) {
  const auto store = MakeStore(1100);
  ASSERT_TRUE(store->CreateKey({"k", Algorithm::kAes128Gcm}).ok());
  for (int i = 2; i <= 1024; ++i) ASSERT_TRUE(store->Rotate("k").ok()) << i;
  const absl::Status refused = store->Rotate("k").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorDetail(refused).reason, "VERSIONS_LIMIT");
  EXPECT_EQ(store->Find("k")->version(), 1024u);
}

TEST(KeyStoreTest, OnlyShortRandomNoncesLimitTheMessages) {
  const auto store = MakeStore(hw::kAlgorithmCount);
  const struct {
    Algorithm algorithm;
    bool caller_nonce;
    uint64_t max_messages;
  } kCases[] = {
      {Algorithm::kAes128Gcm, false, uint64_t{1} << 32},
      {Algorithm::kAes256Gcm, true, 0},
      {Algorithm::kAes256Ccm, false, uint64_t{1} << 32},
      {Algorithm::kChaCha20Poly1305, false, uint64_t{1} << 32},
      {Algorithm::kXaes256Gcm, false, 0},
      {Algorithm::kAes256Ctr, false, 0},
      {Algorithm::kHmacSha256, false, 0},
  };
  for (const auto& c : kCases) {
    const auto key = store->CreateKey({"k", c.algorithm, c.caller_nonce});
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ((*key)->max_messages(), c.max_messages)
        << hw::Info(c.algorithm).name;
    EXPECT_TRUE((*key)->CountMessage().ok());
    EXPECT_EQ((*key)->messages(), 1u);
    EXPECT_TRUE(store->Destroy("k").ok());
  }
}

TEST(KeyStoreTest, AnExhaustedVersionSaysToRotateAndTheNextCountsAnew) {
  const auto store = *KeyStore::Create({.max_messages_per_version = 2});
  const auto key = *store->CreateKey({"k", Algorithm::kAes256Gcm});
  EXPECT_TRUE(key->CountMessage().ok());
  EXPECT_TRUE(key->CountMessage().ok());
  const absl::Status refused = key->CountMessage();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorDetail(refused).reason, "KEY_EXHAUSTED");
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("key k version 1 has encrypted 2 messages"));
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("uaccectl keys rotate k"));
  EXPECT_EQ(key->messages(), 2u);
  ASSERT_TRUE(store->Rotate("k").ok());
  EXPECT_TRUE(store->Find("k")->CountMessage().ok());
  EXPECT_FALSE(store->Find("k", 1)->CountMessage().ok());
}

TEST(KeyStoreTest, ThreadsThatRaceAtTheLimitNeverPassIt) {
  constexpr uint64_t kLimit = 20'000;
  const auto store = *KeyStore::Create({.max_messages_per_version = kLimit});
  const auto key = *store->CreateKey({"k", Algorithm::kAes256Gcm});
  std::atomic<uint64_t> counted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (uint64_t tries = 0; tries < kLimit / 4; ++tries) {
        counted += key->CountMessage().ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counted.load(), kLimit);
  EXPECT_EQ(key->messages(), kLimit);
}

TEST(KeyStoreTest, OfManyWhoRotateEachMakesAVersionOfItsOwn) {
  const auto store = MakeStore(101);
  ASSERT_TRUE(store->CreateKey({"k", Algorithm::kAes256Gcm}).ok());
  std::atomic<bool> wrong{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const auto versions = store->Rotate("k");
        if (!versions.ok() || versions->back()->version() != versions->size() ||
            store->Find("k")->version() < versions->size()) {
          wrong = true;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(wrong.load());
  EXPECT_EQ(store->Find("k")->version(), 101u);
  EXPECT_FALSE(store->Rotate("k").ok());
}

TEST(KeyStoreTest, WhoFindsAKeyWhileOthersDestroyItReadsItWhole) {
  const auto store = MakeStore(8);
  std::atomic<bool> stop{false};
  std::atomic<int> found{0};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop.load()) {
        // glibc's lock lets readers that never pause starve the writer.
        std::this_thread::yield();
        const auto key = store->Find("k");
        if (key == nullptr) continue;
        found.fetch_add(1);
        const hw::Bytes bytes = key->bytes();
        if (std::any_of(bytes.begin(), bytes.end(),
                        [&](uint8_t b) { return b != bytes[0] || b == 0; })) {
          torn.fetch_add(1);
        }
      }
    });
  }
  for (int i = 0; i < 500 || found.load() < 100; ++i) {
    const std::vector<uint8_t> material(100, static_cast<uint8_t>(i % 255 + 1));
    const auto made = store->ImportKey({"k", Algorithm::kHmacSha256}, material);
    EXPECT_TRUE(made.ok()) << made.status();
    if (i % 4 == 0) std::this_thread::yield();
    if (!store->Destroy("k").ok()) {
      ADD_FAILURE() << "the key is gone";
      break;
    }
  }
  stop.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn.load(), 0);
}

TEST(KeyStoreTest, OfManyWhoCreateOneNameOneWins) {
  const auto store = MakeStore(8);
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        won +=
            store->CreateKey({absl::StrCat("k", round % 4), Algorithm::kSm4Xts})
                .ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won.load(), 4);
  EXPECT_EQ(store->key_count(), 4u);
}

}  // namespace
}  // namespace uacced
