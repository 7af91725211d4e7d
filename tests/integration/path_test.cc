// The whole path below the transport, with real threads and the real CPU
// device, small enough for ThreadSanitizer: every job comes back once, with
// the right bytes, whoever turns the loop.
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "daemon/admission/admission.h"
#include "daemon/core/job.h"
#include "daemon/health/device_health.h"
#include "daemon/reactor/placement.h"
#include "daemon/reactor/reactor.h"
#include "gtest/gtest.h"
#include "hw/dma_buffer.h"
#include "hw/output_room.h"
#include "hw/soft/soft_device.h"

namespace uacced {
namespace {

using absl::StatusCode;

constexpr size_t kBytes = 3000;

// One request, its buffers, and its answer.
class Caller final : public Reply {
 public:
  explicit Caller(uint32_t seed) : source_(kBytes, '\0') {
    for (size_t i = 0; i < source_.size(); ++i) {
      source_[i] = static_cast<char>('a' + (i * seed >> 5) % 16);
    }
  }

  std::unique_ptr<Job> MakeJob(Admission& admission, hw::Operation operation,
                               hw::Algorithm algorithm) {
    auto job = std::make_unique<Job>();
    job->request.operation = operation;
    job->request.algorithm = algorithm;
    job->request.level = 6;
    job->request.source = {reinterpret_cast<const uint8_t*>(source_.data()),
                           source_.size()};
    const uint64_t room_bytes = hw::FirstOutputRoom(job->request, 1 << 20);
    auto ticket = admission.Admit(TenantId{0}, room_bytes);
    if (!ticket.ok()) return nullptr;
    ticket_ = *std::move(ticket);
    job->output = hw::DmaBuffer::Allocate(room_bytes);
    job->request.destination = job->output.span();
    job->cost_bytes = kBytes;
    job->reply = this;
    return job;
  }

  void Complete(std::unique_ptr<Job> job, DeferredList& /*deferred*/) override {
    code_ = job->outcome.code;
    produced_.assign(reinterpret_cast<const char*>(job->output.data()),
                     job->outcome.produced_bytes);
    job.reset();
    ticket_ = Ticket();
    answers_.fetch_add(1, std::memory_order_release);
    answers_.notify_all();
  }
  void Lost() override { ADD_FAILURE() << "a job was lost"; }

  void Await() { answers_.wait(0, std::memory_order_acquire); }
  int answers() const { return answers_.load(); }
  StatusCode code() const { return code_; }
  const std::string& source() const { return source_; }
  const std::string& produced() const { return produced_; }

 private:
  Ticket ticket_;
  std::string source_;
  std::string produced_;
  StatusCode code_ = StatusCode::kUnknown;
  std::atomic<int> answers_{0};
};

class PathTest : public testing::TestWithParam<hw::SoftDeviceOptions> {
 protected:
  void SetUp() override {
    auto device = hw::SoftDevice::Create(GetParam());
    ASSERT_TRUE(device.ok()) << device.status();
    device_ = *std::move(device);
    auto reactor = Reactor::Create(
        {.inbox_entries = 256, .quanta_bytes = {1 << 20}}, &clock_);
    ASSERT_TRUE(reactor.ok()) << reactor.status();
    reactor_ = *std::move(reactor);
    auto queue = device_->OpenQueue(0);
    ASSERT_TRUE(queue.ok()) << queue.status();
    const uint16_t lane = reactor_->AddLane("cpu", *std::move(queue));
    placement_.AddReactor(reactor_.get());
    placement_.AddDevice({device_.get(), &health_, {{{lane}}}});
    reactor_->Start();
  }

  // One caller after the other, as a client with one request in flight.
  void RunClient(uint32_t client, int requests) {
    for (int i = 0; i < requests; ++i) {
      Caller caller(client * 1000 + i + 1);
      const bool copy = i % 3 != 0;
      std::unique_ptr<Job> job = caller.MakeJob(
          admission_, copy ? hw::Operation::kCopy : hw::Operation::kDigest,
          copy ? hw::Algorithm::kNone : hw::Algorithm::kSha256);
      ASSERT_NE(job, nullptr);
      {
        Placement::Batch batch(placement_);
        ASSERT_TRUE(placement_.Place(job, batch).ok());
      }
      caller.Await();
      ASSERT_EQ(caller.code(), StatusCode::kOk);
      ASSERT_EQ(caller.answers(), 1);
      if (copy) {
        ASSERT_EQ(caller.produced(), caller.source());
      } else {
        ASSERT_EQ(caller.produced().size(), 32u);
      }
    }
  }

  MonotonicClock clock_;
  Admission admission_{{.max_jobs = 1000, .max_bytes = 100 << 20}};
  std::unique_ptr<hw::SoftDevice> device_;
  std::unique_ptr<Reactor> reactor_;
  DeviceHealth health_;
  Placement placement_;
};

TEST_P(PathTest, ManyClientsEachGetTheirOwnAnswer) {
  std::vector<std::thread> clients;
  for (uint32_t client = 0; client < 6; ++client) {
    clients.emplace_back([this, client] { RunClient(client, 400); });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(admission_.jobs(), 0u);
  EXPECT_EQ(admission_.bytes(), 0u);
}

TEST_P(PathTest, AJobAloneIsDoneTooAndAgainAfterAPause) {
  for (int round = 0; round < 20; ++round) {
    RunClient(7, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Devices, PathTest,
    testing::Values(
        // The loop does the work itself.
        hw::SoftDeviceOptions{.workers = 0, .queue_depth = 8},
        // Workers do all of it, on a ring that is often full.
        hw::SoftDeviceOptions{.workers = 2, .queue_depth = 4},
        // Copies are done by the loop, digests mostly by workers.
        hw::SoftDeviceOptions{
            .workers = 2, .queue_depth = 32, .inline_budget_ns = 1'000}),
    [](const auto& info) { return "Device" + std::to_string(info.index); });

}  // namespace
}  // namespace uacced
