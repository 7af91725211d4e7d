// What the tests of queue_contract_test.h share: requests with their memory,
// and how to bring them through a queue.
#ifndef UACCED_HW_QUEUE_CONTRACT_FIXTURE_H_
#define UACCED_HW_QUEUE_CONTRACT_FIXTURE_H_

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/device.h"
#include "hw/output_room.h"
#include "hw/queue.h"
#include "hw/test_data.h"

namespace uacced::hw {

// A request together with the memory it borrows. Behind the destination lie
// bytes that no device may touch.
class ContractWork {
 public:
  ContractWork(Operation operation, Algorithm algorithm,
               std::vector<uint8_t> source)
      : source_(std::move(source)) {
    const AlgorithmInfo& info = Info(algorithm);
    request.operation = operation;
    request.algorithm = algorithm;
    request.level = info.default_level;
    request.source = source_;
    request.key = {kKey.data(), info.key_bytes};
    request.nonce = {kKey.data() + 7, info.nonce_bytes};
    if (info.family == Family::kAead) {
      request.associated_data = {kKey.data() + 3, 20};
      mac.resize(kMaxMacBytes);
      if (operation == Operation::kEncrypt) {
        request.mac = mac;
      } else {
        request.expected_mac = mac;
      }
    }
    SetRoom(FirstOutputRoom(request, UINT32_MAX));
  }
  ContractWork(const ContractWork&) = delete;
  ContractWork& operator=(const ContractWork&) = delete;

  void SetRoom(size_t bytes) {
    memory_.assign(bytes + kGuardBytes, kGuard);
    request.destination = {memory_.data(), bytes};
  }
  std::vector<uint8_t> Output(size_t bytes) const {
    return {memory_.begin(), memory_.begin() + bytes};
  }
  bool GuardIsIntact() const {
    return std::all_of(memory_.end() - kGuardBytes, memory_.end(),
                       [](uint8_t byte) { return byte == kGuard; });
  }

  Request request;
  std::vector<uint8_t> mac;

 private:
  static constexpr size_t kGuardBytes = 64;
  static constexpr uint8_t kGuard = 0xA5;
  inline static const std::vector<uint8_t> kKey = RandomBytes(256, 99);

  std::vector<uint8_t> source_;
  std::vector<uint8_t> memory_;
};

class QueueContractFixture : public ::testing::Test {
 protected:
  using Pair = std::pair<Operation, Algorithm>;
  // Long, because it only passes when something is broken.
  static constexpr auto kPatience = std::chrono::seconds(60);
  static constexpr int kPatienceMs = 60'000;

  void SetUp() override {
    device_ = MakeDevice();
    ASSERT_NE(device_, nullptr);
    OpenQueue();
    for (size_t i = 0; i < kOperationCount; ++i) {
      for (size_t j = 0; j < kAlgorithmCount; ++j) {
        const Pair pair(static_cast<Operation>(i), static_cast<Algorithm>(j));
        if (Can(pair.first, pair.second)) pairs_.push_back(pair);
      }
    }
    ASSERT_FALSE(pairs_.empty());
  }

  virtual std::unique_ptr<Device> MakeDevice() = 0;

  // queue_ becomes a new queue of that kind.
  void OpenQueue(size_t kind = 0) {
    owned_.resize(device_->info().queue_kind_count());
    CloseQueue();
    auto queue = device_->OpenQueue(kind);
    ASSERT_TRUE(queue.ok()) << queue.status();
    owned_[kind] = *std::move(queue);
    queue_ = owned_[kind].get();
  }

  void CloseQueue() {
    for (auto& queue : owned_) queue.reset();
    queue_ = nullptr;
  }

  // queue_ becomes one that takes this, opened when it is not.
  void UseQueueFor(Operation operation, Algorithm algorithm) {
    for (size_t kind = 0; kind < owned_.size(); ++kind) {
      if (!device_->info().queue_kind(kind).Has(operation, algorithm)) continue;
      if (owned_[kind] == nullptr) {
        auto queue = device_->OpenQueue(kind);
        ASSERT_TRUE(queue.ok()) << queue.status();
        owned_[kind] = *std::move(queue);
      }
      queue_ = owned_[kind].get();
      return;
    }
    FAIL() << "no kind of queue takes what the device can do";
  }

  // What queues of the first kind take.
  bool FirstKindCan(Operation operation, Algorithm algorithm) const {
    return device_->info().queue_kind(0).Has(operation, algorithm);
  }

  bool Can(Operation operation, Algorithm algorithm) const {
    return device_->info().capabilities.Has(operation, algorithm);
  }

  bool CanFragment(Operation operation, Algorithm algorithm) const {
    const Capability* const can =
        device_->info().capabilities.Find(operation, algorithm);
    return can != nullptr && can->fragments;
  }

  // The work of the ring's own tests: what needs no input made by others.
  Pair Simplest() const {
    for (const Pair& pair : pairs_) {
      if (pair.first != Operation::kDecompress &&
          pair.first != Operation::kDecrypt &&
          FirstKindCan(pair.first, pair.second)) {
        return pair;
      }
    }
    ADD_FAILURE() << "the device can only decode";
    return pairs_.front();
  }
  std::unique_ptr<ContractWork> SimpleWork(uint32_t seed,
                                           size_t bytes = 0) const {
    const auto [operation, algorithm] = Simplest();
    if (bytes == 0) bytes = 16 * (1 + seed % 50);
    return std::make_unique<ContractWork>(operation, algorithm,
                                          TextBytes(bytes, seed));
  }

  void Submit(const ContractWork& work, uint32_t tag) {
    const absl::Status status =
        queue_->Submit(work.request, Tag{static_cast<uint16_t>(tag)});
    ASSERT_TRUE(status.ok()) << status;
  }

  // Polls until `count` completions came, `batch` at most at a time.
  std::vector<Completion> Wait(size_t count, size_t batch = 32) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::vector<Completion> all, some(batch);
    while (all.size() < count) {
      const uint32_t got = queue_->Poll(some);
      EXPECT_LE(got, batch);
      all.insert(all.end(), some.begin(), some.begin() + got);
      if (got == 0) sched_yield();
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << all.size() << " of " << count << " completions";
        return {};
      }
    }
    EXPECT_EQ(all.size(), count);
    return all;
  }

  // The whole of it with one entry, on a queue that takes it.
  Completion Run(const ContractWork& work, uint32_t tag = 0) {
    UseQueueFor(work.request.operation, work.request.algorithm);
    Submit(work, tag);
    queue_->Flush();
    const std::vector<Completion> got = Wait(1);
    if (got.empty()) return {Tag{0}, absl::StatusCode::kInternal, 0};
    EXPECT_EQ(static_cast<uint32_t>(got[0].tag), tag);
    EXPECT_TRUE(work.GuardIsIntact());
    return got[0];
  }

  // The output of `work`, which must succeed.
  std::vector<uint8_t> RunOk(const ContractWork& work) {
    const Completion completion = Run(work);
    EXPECT_EQ(completion.code, absl::StatusCode::kOk);
    if (completion.code != absl::StatusCode::kOk) return {};
    EXPECT_LE(completion.produced_bytes, work.request.destination.size());
    return work.Output(completion.produced_bytes);
  }

  // Work that decodes what `encoder` made.
  std::unique_ptr<ContractWork> Decoder(const ContractWork& encoder,
                                        std::vector<uint8_t> encoded) {
    auto work = std::make_unique<ContractWork>(
        encoder.request.operation == Operation::kCompress
            ? Operation::kDecompress
            : Operation::kDecrypt,
        encoder.request.algorithm, std::move(encoded));
    std::copy(encoder.mac.begin(), encoder.mac.end(), work->mac.begin());
    return work;
  }

  static std::string Label(const Pair& pair) {
    return std::string(Name(pair.first)) + " " +
           std::string(Info(pair.second).name);
  }

  std::unique_ptr<Device> device_;
  std::vector<std::unique_ptr<Queue>> owned_;  // By kind; null: not opened.
  Queue* queue_ = nullptr;
  std::vector<Pair> pairs_;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_QUEUE_CONTRACT_FIXTURE_H_
