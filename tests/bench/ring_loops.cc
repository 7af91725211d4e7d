#include "tests/bench/ring_loops.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "daemon/core/job.h"
#include "daemon/reactor/lane.h"
#include "daemon/reactor/reactor.h"
#include "hw/device.h"
#include "hw/hisi/hisi_device.h"
#include "hw/hisi/model/device_model.h"
#include "hw/queue.h"
#include "tests/bench/bare_ring.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/noop_engine.h"

namespace uacced::bench {
namespace {

constexpr uint32_t kDepth = 1024;
constexpr uint32_t kBurst = 32;
constexpr size_t kSourceBytes = 64;
constexpr size_t kRoomBytes = 512;
constexpr uint64_t kQuantumBytes = 1 << 20;

// Time is looked at after so many turns of a loop.
constexpr int kTurns = 64;

struct Memory {
  std::array<uint8_t, kSourceBytes> source{};
  std::array<uint8_t, kRoomBytes> room{};
};

// The device writes no output, so all share one.
hw::Request MakeRequest(Memory& memory) {
  hw::Request request;
  request.operation = hw::Operation::kCompress;
  request.algorithm = hw::Algorithm::kDeflate;
  request.level = 1;
  request.source = memory.source;
  request.destination = memory.room;
  return request;
}

// The device, and the model within it.
struct ModelledDevice {
  std::unique_ptr<hw::Device> device;
  hw::hisi::DeviceModel* model;
};

absl::StatusOr<ModelledDevice> MakeModel(const RingLoopOptions& options) {
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::hisi::DeviceModel> model,
      hw::hisi::DeviceModel::Create(
          {.name = "noop",
           .engine_kind = hw::hisi::Port::Engine::kZip,
           .engine = std::make_shared<NoopEngine>(),
           .version = 3,
           .queue_count = 1,
           .sq_depth = kDepth,
           .poll = true,
           .service = {
               .fixed_ns = options.service_ns,
               .operations_per_second = options.operations_per_second}}));
  hw::hisi::DeviceModel* const raw = model.get();
  UACCED_ASSIGN_OR_RETURN(
      std::unique_ptr<hw::Device> device,
      hw::hisi::HisiDevice::Create("noop", std::move(model)));
  return ModelledDevice{std::move(device), raw};
}

absl::StatusOr<std::unique_ptr<hw::Device>> MakeDevice(
    const RingLoopOptions& options) {
  UACCED_ASSIGN_OR_RETURN(ModelledDevice made, MakeModel(options));
  return std::move(made.device);
}

// Lets `turn` go round on the first processor for as long as `options` say, and
// counts with `done` what it did.
Round Measure(const RingLoopOptions& options, const std::function<void()>& turn,
              const std::function<uint64_t()>& done) {
  const MonotonicClock clock;
  Round round;
  std::thread loop([&] {
    PinToProcessor(0);
    const auto go_on = [&](std::chrono::milliseconds duration) {
      const int64_t start_ns = clock.NowNs();
      const int64_t end_ns =
          start_ns + std::chrono::nanoseconds(duration).count();
      int64_t now_ns = start_ns;
      while (now_ns < end_ns) {
        for (int i = 0; i < kTurns; ++i) turn();
        now_ns = clock.NowNs();
      }
      return now_ns - start_ns;
    };
    go_on(options.warm_up);
    const uint64_t before = done();
    round.wall_ns = go_on(options.duration);
    round.operations = static_cast<int64_t>(done() - before);
    round.payload_bytes = round.operations * int64_t{kSourceBytes};
  });
  loop.join();
  return round;
}

// Keeps `in_flight` operations on a queue.
class DriverLoop {
 public:
  DriverLoop(hw::Queue& queue, int in_flight) : queue_(queue) {
    for (int i = 0; i < in_flight; ++i) {
      free_.push_back(static_cast<hw::Tag>(i));
    }
  }

  void Turn() {
    // As the bare ring does: a burst or nothing.
    if (free_.size() >= kBurst && queue_.free_slots() >= kBurst) {
      for (uint32_t i = 0; i < kBurst; ++i) {
        failed_ |= !queue_.Submit(request_, free_.back()).ok();
        free_.pop_back();
      }
      queue_.Flush();
    }
    const uint32_t count = queue_.Poll(out_);
    for (uint32_t i = 0; i < count; ++i) {
      failed_ |= out_[i].code != absl::StatusCode::kOk;
      free_.push_back(out_[i].tag);
    }
    done_ += count;
  }

  uint64_t done() const { return done_; }
  bool failed() const { return failed_; }

 private:
  hw::Queue& queue_;
  Memory memory_;
  const hw::Request request_ = MakeRequest(memory_);
  std::vector<hw::Tag> free_;
  std::array<hw::Completion, kBurst> out_;
  uint64_t done_ = 0;
  bool failed_ = false;
};

// Submits all, waits, and reaps all, again and again; counts the driver's time.
class AloneLoop {
 public:
  AloneLoop(hw::Queue& queue, const hw::hisi::DeviceModel& model, int in_flight)
      : queue_(queue), model_(model), in_flight_(in_flight) {}

  void Turn() {
    const uint64_t all_done = model_.counters().completions + in_flight_;
    const int64_t from_ns = clock_.NowNs();
    for (uint32_t i = 0; i < in_flight_; ++i) {
      failed_ |= !queue_.Submit(request_, hw::Tag(i)).ok();
      if (i % kBurst == kBurst - 1) queue_.Flush();
    }
    queue_.Flush();
    const int64_t submitted_ns = clock_.NowNs();
    while (model_.counters().completions < all_done) {
    }
    const int64_t waited_ns = clock_.NowNs();
    uint32_t left = in_flight_;
    while (left > 0) {
      const uint32_t count = queue_.Poll(out_);
      for (uint32_t i = 0; i < count; ++i) {
        failed_ |= out_[i].code != absl::StatusCode::kOk;
      }
      left -= count;
    }
    driver_ns_ += clock_.NowNs() - waited_ns + submitted_ns - from_ns;
    done_ += in_flight_;
  }

  uint64_t done() const { return done_; }
  int64_t driver_ns() const { return driver_ns_; }
  bool failed() const { return failed_; }

 private:
  hw::Queue& queue_;
  const hw::hisi::DeviceModel& model_;
  const uint32_t in_flight_;
  const MonotonicClock clock_;
  Memory memory_;
  const hw::Request request_ = MakeRequest(memory_);
  std::array<hw::Completion, kBurst> out_;
  uint64_t done_ = 0;
  int64_t driver_ns_ = 0;
  bool failed_ = false;
};

// Whom every job is answered to.
class LoopReply final : public Reply {
 public:
  using Next = std::function<void(std::unique_ptr<Job>)>;

  explicit LoopReply(Next next) : next_(std::move(next)) {}

  void Complete(std::unique_ptr<Job> job, DeferredList& /*deferred*/) override {
    if (stopped_.load(std::memory_order_relaxed)) return;
    if (job->outcome.code != absl::StatusCode::kOk) failed_.store(true);
    done_.store(done() + 1, std::memory_order_relaxed);
    job->reply = this;
    job->queue_wait_ns = -1;
    next_(std::move(job));
  }
  void Lost() override { failed_.store(true); }

  std::unique_ptr<Job> MakeJob() {
    auto job = std::make_unique<Job>();
    job->request = MakeRequest(memory_);
    job->cost_bytes = kSourceBytes;
    job->reply = this;
    return job;
  }
  // From now on jobs end where they come.
  void Stop() { stopped_.store(true); }
  uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  bool failed() const { return failed_.load(); }

 private:
  const Next next_;
  Memory memory_;
  std::atomic<uint64_t> done_{0};  // One writer.
  std::atomic<bool> failed_{false};
  std::atomic<bool> stopped_{false};
};

absl::StatusOr<Round> Judge(Round round, bool failed) {
  if (failed) return absl::InternalError("an operation of the ring failed");
  if (round.operations == 0) return absl::InternalError("the ring stood still");
  return round;
}

}  // namespace

absl::StatusOr<Round> RunDriverLoop(const RingLoopOptions& options) {
  UACCED_ASSIGN_OR_RETURN(const auto device, MakeDevice(options));
  UACCED_ASSIGN_OR_RETURN(const auto queue, device->OpenQueue(0));
  DriverLoop loop(*queue, options.in_flight);
  const Round round = Measure(
      options, [&] { loop.Turn(); }, [&] { return loop.done(); });
  return Judge(round, loop.failed());
}

absl::StatusOr<Round> RunDriverAlone(const RingLoopOptions& options) {
  UACCED_ASSIGN_OR_RETURN(const ModelledDevice made, MakeModel(options));
  UACCED_ASSIGN_OR_RETURN(const auto queue, made.device->OpenQueue(0));
  AloneLoop loop(*queue, *made.model, options.in_flight);
  Round round = Measure(
      options, [&] { loop.Turn(); }, [&] { return loop.done(); });
  round.operations = static_cast<int64_t>(loop.done());
  round.wall_ns = loop.driver_ns();
  return Judge(round, loop.failed());
}

absl::StatusOr<Round> RunLaneLoop(const RingLoopOptions& options) {
  UACCED_ASSIGN_OR_RETURN(const auto device, MakeDevice(options));
  UACCED_ASSIGN_OR_RETURN(auto queue, device->OpenQueue(0));
  DeferredList deferred;
  const MonotonicClock clock;
  std::unique_ptr<Lane> lane;
  LoopReply reply(
      [&lane](std::unique_ptr<Job> job) { lane->Enqueue(std::move(job)); });
  lane =
      std::make_unique<Lane>(LaneOptions{.name = "noop"}, std::move(queue),
                             std::vector<uint64_t>{kQuantumBytes}, &deferred);
  for (int i = 0; i < options.in_flight; ++i) lane->Enqueue(reply.MakeJob());
  const Round round = Measure(
      options,
      [&] {
        const int64_t now_ns = clock.NowNs();
        lane->PollCompletions(now_ns);
        lane->SubmitWaiting(now_ns);
      },
      [&] { return reply.done(); });
  const bool failed = reply.failed();
  reply.Stop();
  lane.reset();
  return Judge(round, failed);
}

absl::StatusOr<Round> RunPathLoop(const RingLoopOptions& options) {
  UACCED_ASSIGN_OR_RETURN(const auto device, MakeDevice(options));
  UACCED_ASSIGN_OR_RETURN(auto queue, device->OpenQueue(0));
  const MonotonicClock clock;
  UACCED_ASSIGN_OR_RETURN(const std::unique_ptr<Reactor> reactor,
                          Reactor::Create({.inbox_entries = 4096,
                                           .spin_ns = options.spin_ns,
                                           .quanta_bytes = {kQuantumBytes},
                                           .cpus = {FirstProcessor()}},
                                          &clock));
  LoopReply reply([&reactor](std::unique_ptr<Job> job) {
    // The inbox has room for all there are.
    reactor->TryPush(job);
    reactor->Kick();
  });
  reactor->AddLane("noop", std::move(queue));
  for (int i = 0; i < options.in_flight; ++i) {
    std::unique_ptr<Job> job = reply.MakeJob();
    reactor->TryPush(job);
  }
  reactor->Start();
  reactor->Kick();
  std::this_thread::sleep_for(options.warm_up);
  Round round;
  const uint64_t before = reply.done();
  // A thread that has not come to name itself has used nothing yet.
  const int64_t cpu_before_ns = ThreadCpuNs("uacced-reactor").value_or(0);
  const int64_t start_ns = clock.NowNs();
  std::this_thread::sleep_for(options.duration);
  round.operations = static_cast<int64_t>(reply.done() - before);
  round.wall_ns = clock.NowNs() - start_ns;
  round.server_cpu_ns =
      ThreadCpuNs("uacced-reactor").value_or(0) - cpu_before_ns;
  round.payload_bytes = round.operations * int64_t{kSourceBytes};
  const bool failed = reply.failed();
  reply.Stop();
  reactor->Stop(0);
  return Judge(round, failed);
}

}  // namespace uacced::bench
