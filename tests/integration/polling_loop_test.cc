// The polling thread allocates nothing for a job: a lane with a hardware queue,
// from the scheduler to the answer. Counted by the allocator itself, which this
// program replaces; sanitizers have their own, so there it cannot be counted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "daemon/core/job.h"
#include "daemon/reactor/lane.h"
#include "gtest/gtest.h"
#include "hw/hisi/hisi_device.h"
#include "hw/hisi/model/device_model.h"
#include "hw/hisi/model/sec_engine.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/test_data.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UACCED_OWN_ALLOCATOR 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UACCED_OWN_ALLOCATOR 0
#endif
#endif
#ifndef UACCED_OWN_ALLOCATOR
#define UACCED_OWN_ALLOCATOR 1
#endif

namespace {
thread_local bool t_counting = false;
thread_local uint64_t t_allocations = 0;
[[maybe_unused]] void Count() {
  if (t_counting) ++t_allocations;
}
}  // namespace

#if UACCED_OWN_ALLOCATOR
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* memory, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  Count();
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  Count();
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, size_t bytes) {
  Count();
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  Count();
  return __libc_memalign(alignment, bytes);
}
}
#endif

namespace uacced {
namespace {

// Brings every job again.
class Loop final : public Reply {
 public:
  explicit Loop(std::unique_ptr<hw::Queue> queue)
      : lane_({.name = "device"}, std::move(queue), {uint64_t{1} << 20},
              &deferred_) {}
  ~Loop() { stopping_ = true; }

  void Complete(std::unique_ptr<Job> job, DeferredList& /*deferred*/) override {
    if (job->outcome.code == absl::StatusCode::kOk) ++done_;
    if (stopping_) return;
    job->reply = this;
    job->queue_wait_ns = -1;
    lane_.Enqueue(std::move(job));
  }
  void Lost() override { ADD_FAILURE() << "a job was lost"; }

  void Bring(const hw::Request& request) {
    auto job = std::make_unique<Job>();
    job->request = request;
    job->cost_bytes = request.source.size();
    job->reply = this;
    lane_.Enqueue(std::move(job));
  }

  void RunUntil(uint64_t done) {
    while (done_ < done) {
      const int64_t now_ns = clock_.NowNs();
      lane_.PollCompletions(now_ns);
      lane_.SubmitWaiting(now_ns);
    }
  }

 private:
  const MonotonicClock clock_;
  DeferredList deferred_;
  uint64_t done_ = 0;
  bool stopping_ = false;
  Lane lane_;
};

// Of many requests with memory of their own.
class PollingLoopTest : public testing::Test {
 protected:
  static constexpr size_t kInFlight = 40;

  // A count of nothing would prove nothing.
  void SetUp() override {
    if (!UACCED_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer has the allocator";
  }

  static std::unique_ptr<hw::Device> MakeDevice(
      hw::hisi::Port::Engine kind,
      std::shared_ptr<const hw::hisi::Engine> engine) {
    auto model = hw::hisi::DeviceModel::Create({.engine_kind = kind,
                                                .engine = std::move(engine),
                                                .version = 3,
                                                .sq_depth = 64});
    EXPECT_TRUE(model.ok()) << model.status();
    auto device = hw::hisi::HisiDevice::Create("device", *std::move(model));
    EXPECT_TRUE(device.ok()) << device.status();
    return *std::move(device);
  }

  // Allocations of so many operations on this thread, after it has warmed up.
  uint64_t Allocations(hw::Device& device, hw::Request request) {
    auto queue = device.OpenQueue(0);
    EXPECT_TRUE(queue.ok()) << queue.status();
    Loop loop(*std::move(queue));
    rooms_.assign(kInFlight, std::vector<uint8_t>(8'192));
    for (std::vector<uint8_t>& room : rooms_) {
      request.destination = room;
      loop.Bring(request);
    }
    loop.RunUntil(1'000);
    t_allocations = 0;
    t_counting = true;
    loop.RunUntil(4'000);
    t_counting = false;
    return t_allocations;
  }

  const std::vector<uint8_t> source_ = hw::TextBytes(1'024, 1);
  const std::vector<uint8_t> key_ = hw::RandomBytes(64, 2);
  std::vector<std::vector<uint8_t>> rooms_;
};

TEST_F(PollingLoopTest, AllocationsAreCounted) {
  t_allocations = 0;
  t_counting = true;
  std::free(std::malloc(source_.size()));
  delete new std::vector<uint8_t>(source_);
  t_counting = false;
  EXPECT_EQ(t_allocations, 3u);
}

TEST_F(PollingLoopTest, CompressionAllocatesNothing) {
  const auto device = MakeDevice(hw::hisi::Port::Engine::kZip,
                                 std::make_shared<hw::hisi::ZipEngine>());
  hw::Request request;
  request.operation = hw::Operation::kCompress;
  request.algorithm = hw::Algorithm::kGzip;
  request.level = 6;
  request.source = source_;
  EXPECT_EQ(Allocations(*device, request), 0u);
}

TEST_F(PollingLoopTest, EncryptionAllocatesNothing) {
  const auto device = MakeDevice(hw::hisi::Port::Engine::kSec,
                                 std::make_shared<hw::hisi::SecEngine>());
  std::vector<uint8_t> mac(16);
  hw::Request request;
  request.operation = hw::Operation::kEncrypt;
  request.algorithm = hw::Algorithm::kAes128Gcm;
  request.source = source_;
  request.key = hw::Bytes(key_).first(16);
  request.nonce = hw::Bytes(key_).subspan(16, 12);
  request.associated_data = hw::Bytes(key_).first(20);
  request.mac = mac;
  EXPECT_EQ(Allocations(*device, request), 0u);
}

}  // namespace
}  // namespace uacced
