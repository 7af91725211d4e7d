// KeyStore with a sealed file: what outlasts it, and what a failure leaves.
#include <atomic>
#include <filesystem>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "daemon/core/error.h"
#include "daemon/keys/key_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace uacced {
namespace {

using absl::StatusCode;
using hw::Algorithm;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::vector<uint8_t> Material(size_t size_bytes) {
  std::vector<uint8_t> material(size_bytes);
  std::iota(material.begin(), material.end(), 1);
  return material;
}

class KeyStoreOnDiskTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<KeyStore>> TryOpen(
      size_t max_keys = 16, uint64_t max_messages = kMaxRandomNonceMessages,
      char fill = 'k') {
    auto key =
        KeyEncryptionKey::FromFile(folder_.Write("kek", std::string(32, fill)));
    EXPECT_TRUE(key.ok()) << key.status();
    auto file = SealedFile::Open(folder_.path() + "/store", *std::move(key),
                                 absl::ZeroDuration());
    EXPECT_TRUE(file.ok()) << file.status();
    return KeyStore::Create({.max_keys = max_keys,
                             .max_messages_per_version = max_messages,
                             .sealed_file = *std::move(file)});
  }
  std::unique_ptr<KeyStore> Open(
      size_t max_keys = 16, uint64_t max_messages = kMaxRandomNonceMessages) {
    auto store = TryOpen(max_keys, max_messages);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  // While true, nothing can be written.
  void BlockWrites(bool block) {
    const std::string path = folder_.path() + "/store.tmp";
    if (block) {
      std::filesystem::create_directory(path);
    } else {
      std::filesystem::remove(path);
    }
  }

  const TemporaryFolder folder_;
};

TEST_F(KeyStoreOnDiskTest, AllOfAKeyOutlastsTheStore) {
  std::vector<uint8_t> second;
  absl::Time created;
  {
    const auto store = Open();
    EXPECT_EQ(store->key_count(), 0u);
    EXPECT_FALSE(folder_.Has("store"));
    const auto key =
        store->ImportKey({"mac", Algorithm::kHmacSha512}, Material(200));
    ASSERT_TRUE(key.ok()) << key.status();
    created = (*key)->create_time();
    ASSERT_TRUE(store->CreateKey({"own", Algorithm::kAes256Gcm, true}).ok());
    ASSERT_TRUE(store->CreateKey({"gone", Algorithm::kSm4Ctr}).ok());
    const auto versions = store->Rotate("mac");
    ASSERT_TRUE(versions.ok()) << versions.status();
    const hw::Bytes bytes = versions->back()->bytes();
    second.assign(bytes.begin(), bytes.end());
    ASSERT_TRUE(store->Destroy("gone").ok());
  }
  const auto store = Open();
  EXPECT_EQ(store->key_count(), 2u);
  EXPECT_EQ(store->version_count(), 3u);
  const auto one = store->Find("mac", 1);
  ASSERT_NE(one, nullptr);
  EXPECT_THAT(one->bytes(), ElementsAreArray(Material(200)));
  EXPECT_TRUE(one->imported());
  EXPECT_EQ(one->create_time(), created);
  EXPECT_EQ(one->algorithm(), Algorithm::kHmacSha512);
  const auto two = store->Find("mac");
  EXPECT_EQ(two->version(), 2u);
  EXPECT_FALSE(two->imported());
  EXPECT_THAT(two->bytes(), ElementsAreArray(second));
  EXPECT_TRUE(store->Find("own")->caller_nonce());
  EXPECT_EQ(store->Find("gone"), nullptr);
  EXPECT_EQ(store->Rotate("mac")->back()->version(), 3u);
}

TEST_F(KeyStoreOnDiskTest, KeysAreOnTheDiskWhenTheAnswerComes) {
  const auto store = Open();
  std::string before;
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(store->CreateKey({name, Algorithm::kAes128Gcm}).ok());
    const std::string after = folder_.Read("store");
    EXPECT_NE(after, before);
    EXPECT_GT(after.size(), before.size());
    before = after;
  }
  // In no way readable.
  const auto key = *store->ImportKey({"known-name", Algorithm::kHmacSha256},
                                     std::vector<uint8_t>(64, 'S'));
  EXPECT_THAT(folder_.Read("store"),
              testing::Not(HasSubstr(std::string(8, 'S'))));
  EXPECT_THAT(folder_.Read("store"), testing::Not(HasSubstr("known-name")));
}

TEST_F(KeyStoreOnDiskTest, AFailedWriteChangesNothing) {
  const auto store = Open();
  const auto key = *store->CreateKey({"k", Algorithm::kAes128Gcm});
  const std::string before = folder_.Read("store");
  BlockWrites(true);
  for (const absl::Status& status :
       {store->CreateKey({"j", Algorithm::kAes128Gcm}).status(),
        store->ImportKey({"j", Algorithm::kAes128Gcm}, Material(16)).status(),
        store->Rotate("k").status(), store->Destroy("k")}) {
    EXPECT_EQ(status.code(), StatusCode::kInternal) << status;
    EXPECT_EQ(GetErrorDetail(status).reason, "KEY_STORE_WRITE_FAILED");
    EXPECT_THAT(std::string(status.message()), HasSubstr("cannot be written"));
  }
  EXPECT_EQ(store->key_count(), 1u);
  EXPECT_EQ(store->version_count(), 1u);
  EXPECT_EQ(store->Find("k"), key);
  EXPECT_EQ(store->Find("j"), nullptr);
  EXPECT_EQ(folder_.Read("store"), before);
  BlockWrites(false);
  EXPECT_TRUE(store->Rotate("k").ok());
}

TEST_F(KeyStoreOnDiskTest, TheCountNeverRunsBackwardsOverACrash) {
  constexpr uint64_t kLimit = 1600;  // Reserved in steps of 100.
  uint64_t counted = 0;
  for (int life = 0; life < 4; ++life) {
    const auto store = Open(16, kLimit);
    if (life == 0) {
      ASSERT_TRUE(store->CreateKey({"k", Algorithm::kAes256Gcm}).ok());
    }
    const auto key = store->Find("k");
    EXPECT_GE(key->messages(), counted);
    EXPECT_LE(key->messages(), counted + 400);
    for (int i = 0; i < 150; ++i) {
      ASSERT_TRUE(key->CountMessage().ok());
      ++counted;
    }
    // The store ends without writing: as a crash does.
  }
  const auto store = Open(16, kLimit);
  const auto key = store->Find("k");
  while (key->CountMessage().ok()) ++counted;
  EXPECT_EQ(key->messages(), kLimit);
  EXPECT_LE(counted, kLimit);
  EXPECT_EQ(GetErrorDetail(key->CountMessage()).reason, "KEY_EXHAUSTED");
}

TEST_F(KeyStoreOnDiskTest, WritesOncePerReservationAndNotPerMessage) {
  const auto store = Open();
  const auto key = *store->CreateKey({"k", Algorithm::kAes256Gcm});
  const std::string before = folder_.Read("store");
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(key->CountMessage().ok());
  EXPECT_EQ(folder_.Read("store"), before);
}

TEST_F(KeyStoreOnDiskTest, WithoutAReservationNothingIsCounted) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->CreateKey({"k", Algorithm::kHmacSha256}).ok());
  }
  const auto store = Open();
  const auto key = store->Find("k");
  const uint64_t messages = key->messages();
  EXPECT_EQ(messages, UsageCounter::kStep);
  BlockWrites(true);
  EXPECT_EQ(GetErrorDetail(key->CountMessage()).reason,
            "KEY_STORE_WRITE_FAILED");
  EXPECT_EQ(key->messages(), messages);
  BlockWrites(false);
  EXPECT_TRUE(key->CountMessage().ok());
  EXPECT_EQ(key->messages(), messages + 1);
}

TEST_F(KeyStoreOnDiskTest, ThreadsThatRaceAtTheLimitNeverPassIt) {
  constexpr uint64_t kLimit = 4000;  // Sixteen reservations.
  const auto store = Open(16, kLimit);
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
}

TEST_F(KeyStoreOnDiskTest, ADestroyedKeyReservesNoMore) {
  const auto store = Open(16, 16);  // One at a time.
  const auto key = *store->CreateKey({"k", Algorithm::kAes256Gcm});
  EXPECT_TRUE(key->CountMessage().ok());
  EXPECT_TRUE(store->Destroy("k").ok());
  ASSERT_TRUE(store->CreateKey({"k", Algorithm::kAes256Gcm}).ok());
  EXPECT_EQ(key->CountMessage().code(), StatusCode::kNotFound);
}

TEST_F(KeyStoreOnDiskTest, AKeyThatOutlivesItsStoreReservesNoMore) {
  auto store = Open(16, 16);
  const auto key = *store->CreateKey({"k", Algorithm::kAes256Gcm});
  EXPECT_TRUE(key->CountMessage().ok());
  store.reset();
  EXPECT_EQ(key->CountMessage().code(), StatusCode::kUnavailable);
}

TEST_F(KeyStoreOnDiskTest, ReleasedItChangesNoMoreAndTheNextDaemonMay) {
  const auto old = Open(16, 1600);
  const auto key = *old->CreateKey({"k", Algorithm::kAes256Gcm});
  EXPECT_TRUE(key->CountMessage().ok());
  old->Release();
  const auto next = Open(16, 1600);
  for (const absl::Status& status :
       {old->CreateKey({"j", Algorithm::kAes128Gcm}).status(),
        old->Rotate("k").status(), old->Destroy("k")}) {
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
    EXPECT_EQ(GetErrorDetail(status).reason, "SHUTTING_DOWN");
    EXPECT_GT(GetErrorDetail(status).retry_after, absl::ZeroDuration());
  }
  // What was reserved is the old one's; the next begins after it.
  uint64_t counted = 1;
  while (key->CountMessage().ok()) ++counted;
  EXPECT_EQ(counted, 100u);
  EXPECT_EQ(next->Find("k")->messages(), 100u);
  EXPECT_TRUE(next->Find("k")->CountMessage().ok());
  EXPECT_TRUE(next->Rotate("k").ok());
}

TEST_F(KeyStoreOnDiskTest, WhatCannotBeOpenedIsNeverOverwritten) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->CreateKey({"a", Algorithm::kAes128Gcm}).ok());
    ASSERT_TRUE(store->Rotate("a").ok());
  }
  const std::string good = folder_.Read("store");
  const auto wrong_key = TryOpen(16, kMaxRandomNonceMessages, 'x');
  EXPECT_EQ(wrong_key.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(wrong_key.status().message()),
              HasSubstr("/store: the key-encryption key is not the one"));
  const auto too_many = TryOpen(1);
  EXPECT_EQ(too_many.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(too_many.status().message()),
              HasSubstr("it has 2 versions of keys"));
  EXPECT_EQ(folder_.Read("store"), good);

  std::string damaged = good;
  damaged[damaged.size() / 2] ^= 1;
  folder_.Write("store", damaged);
  EXPECT_EQ(TryOpen().status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(folder_.Read("store"), damaged);
  folder_.Write("store", good);
  EXPECT_EQ(Open()->version_count(), 2u);
}

TEST_F(KeyStoreOnDiskTest, AFullStoreLoadsAndSaysItIsFull) {
  {
    const auto store = Open(3);
    ASSERT_TRUE(store->CreateKey({"a", Algorithm::kAes128Gcm}).ok());
    ASSERT_TRUE(store->Rotate("a").ok());
    ASSERT_TRUE(
        store->ImportKey({"b", Algorithm::kHmacSha256}, Material(256)).ok());
  }
  const auto store = Open(3);
  EXPECT_EQ(store->version_count(), 3u);
  EXPECT_EQ(GetErrorDetail(store->Rotate("a").status()).reason, "KEYS_LIMIT");
}

}  // namespace
}  // namespace uacced
