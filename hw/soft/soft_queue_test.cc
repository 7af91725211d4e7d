#include "hw/soft/soft_queue.h"

#include <dirent.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/queue_contract_test.h"
#include "hw/soft/cost_model.h"
#include "hw/soft/soft_device.h"
#include "hw/stream_contract_test.h"

namespace uacced::hw {
namespace {

template <uint32_t kWorkers, uint32_t kDepth, int64_t kInlineBudgetNs>
struct SoftFactory {
  static std::unique_ptr<Device> MakeDevice() {
    auto device = SoftDevice::Create({.name = "cpu",
                                      .workers = kWorkers,
                                      .queue_depth = kDepth,
                                      .inline_budget_ns = kInlineBudgetNs});
    return device.ok() ? *std::move(device) : nullptr;
  }
};

using Factories =
    ::testing::Types<SoftFactory<0, 64, 0>, SoftFactory<2, 64, 0>,
                     SoftFactory<2, 64, 1'000>, SoftFactory<1, 5, 0>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Soft, QueueContractTest, Factories);
using StreamFactories =
    ::testing::Types<SoftFactory<0, 64, 0>, SoftFactory<2, 64, 1'000>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Soft, StreamContractTest, StreamFactories);

class SoftQueueTest : public ::testing::Test {
 protected:
  void Open(const SoftQueueOptions& options) {
    auto queue = SoftQueue::Create(algorithms_, options);
    ASSERT_TRUE(queue.ok()) << queue.status();
    queue_ = *std::move(queue);
  }

  // Submits `count` equal requests with the tags 0, 1, ...
  void SubmitAndFlush(const ContractWork& work, uint16_t count) {
    for (uint16_t tag = 0; tag < count; ++tag) {
      ASSERT_TRUE(queue_->Submit(work.request, Tag{tag}).ok());
    }
    queue_->Flush();
  }

  EvpAlgorithms algorithms_;
  std::unique_ptr<SoftQueue> queue_;
};

TEST_F(SoftQueueTest, OptionsOutOfRangeAreRefused) {
  for (const SoftQueueOptions& options :
       {SoftQueueOptions{.workers = SoftQueue::kMaxWorkers + 1},
        SoftQueueOptions{.depth = 0}, SoftQueueOptions{.inline_budget_ns = -1},
        SoftQueueOptions{.depth = SoftQueue::kMaxDepth + 1}}) {
    EXPECT_EQ(SoftQueue::Create(algorithms_, options).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(SoftQueueTest, WithoutWorkersPollKeepsOrderAndStopsAfterALargeEntry) {
  Open({.workers = 0, .depth = 16});
  ContractWork large(Operation::kDigest, Algorithm::kSha256,
                     TextBytes(1 << 20, 1));
  ASSERT_GT(EstimateNs(large.request), SoftQueue::kPollBudgetNs);
  SubmitAndFlush(large, 3);
  for (uint16_t tag = 0; tag < 3; ++tag) {
    Completion out[16];
    ASSERT_EQ(queue_->Poll(out), 1u);
    EXPECT_EQ(out[0].tag, Tag{tag});
  }
}

TEST_F(SoftQueueTest, WithoutWorkersPollDoesManySmallEntriesAtOnce) {
  Open({.workers = 0, .depth = 16});
  ContractWork small(Operation::kCopy, Algorithm::kNone, TextBytes(64, 1));
  SubmitAndFlush(small, 16);
  Completion out[16];
  EXPECT_EQ(queue_->Poll(out), 16u);
}

TEST_F(SoftQueueTest, SmallEntriesAreDoneByPollAndKeepItsOwnerAwake) {
  Open({.workers = 1, .depth = 16, .inline_budget_ns = 1'000});
  ContractWork small(Operation::kCopy, Algorithm::kNone, TextBytes(64, 1));
  SubmitAndFlush(small, 2);
  EXPECT_FALSE(queue_->Arm());
  queue_->Disarm();
  // No thread had to be waited for.
  Completion out[16];
  EXPECT_EQ(queue_->Poll(out), 2u);
  EXPECT_TRUE(queue_->Arm());
  queue_->Disarm();
}

std::vector<std::string> ThreadNames() {
  std::vector<std::string> names;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* entry = readdir(tasks)) {
    const std::string path =
        std::string("/proc/self/task/") + entry->d_name + "/comm";
    std::FILE* file = std::fopen(path.c_str(), "r");
    char name[32] = {};
    if (file == nullptr) continue;
    if (std::fgets(name, sizeof(name), file) != nullptr) {
      names.push_back(std::string(name, std::strcspn(name, "\n")));
    }
    std::fclose(file);
  }
  closedir(tasks);
  return names;
}

TEST_F(SoftQueueTest, WorkersHaveNamesAndEndWithTheQueue) {
  Open({.workers = 2, .depth = 4});
  std::vector<std::string> names = ThreadNames();
  EXPECT_EQ(std::count(names.begin(), names.end(), "uacced-soft-0"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "uacced-soft-1"), 1);
  queue_.reset();
  names = ThreadNames();
  EXPECT_EQ(std::count(names.begin(), names.end(), "uacced-soft-0"), 0);
}

TEST_F(SoftQueueTest, OutOfDescriptorsIsAnErrorNotACrash) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status status =
      SoftQueue::Create(algorithms_, {.workers = 1}).status();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
}

}  // namespace
}  // namespace uacced::hw
