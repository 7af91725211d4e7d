#include "hw/hisi/model/device_model.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "hw/hisi/abi/qm.h"
#include "hw/hisi/model/device_state.h"
#include "hw/hisi/model/device_worker.h"
#include "hw/hisi/model/fault_plan.h"
#include "hw/hisi/model/model_queue.h"
#include "hw/hisi/model/process_memory.h"
#include "hw/hisi/model/worker_bell.h"

namespace uacced::hw::hisi {
namespace {

constexpr uint32_t kMaxWorkers = 64;

absl::Status CheckRange(absl::string_view what, uint64_t value, uint64_t least,
                        uint64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " of a modelled device ",
                                                 "must be ", least, "..", most,
                                                 ", not ", value));
}

absl::Status Validate(const DeviceModelOptions& options) {
  if (options.engine == nullptr) {
    return absl::InvalidArgumentError("a modelled device needs an engine");
  }
  const ServiceTime& service = options.service;
  UACCED_RETURN_IF_ERROR(CheckRange("version", options.version, 1, 3));
  UACCED_RETURN_IF_ERROR(
      CheckRange("queue_count", options.queue_count, 1, HISI_QM_MAX_SQN + 1));
  UACCED_RETURN_IF_ERROR(CheckRange("sq_depth", options.sq_depth,
                                    HISI_QM_MIN_DEPTH, HISI_QM_MAX_DEPTH));
  UACCED_RETURN_IF_ERROR(CheckRange("cq_depth", options.cq_depth,
                                    HISI_QM_MIN_DEPTH, HISI_QM_MAX_DEPTH));
  UACCED_RETURN_IF_ERROR(
      CheckRange("workers", options.workers, 1, kMaxWorkers));
  UACCED_RETURN_IF_ERROR(CheckRange("service.fixed_ns", service.fixed_ns, 0,
                                    ServiceTime::kMaxFixedNs));
  UACCED_RETURN_IF_ERROR(CheckRange("service.ps_per_byte", service.ps_per_byte,
                                    0, ServiceTime::kMaxPsPerByte));
  return CheckRange("service.operations_per_second",
                    service.operations_per_second, 0,
                    ServiceTime::kMaxOperationsPerSecond);
}

Port::Facts MakeFacts(const DeviceModelOptions& options) {
  std::string algorithms = options.algorithms;
  if (algorithms.empty()) {
    algorithms = options.engine_kind == Port::Engine::kSec
                     ? "cipher\ndigest\naead"
                 : options.version < 3 ? "zlib\ngzip\ndeflate"
                                       : "zlib\ngzip\ndeflate\nlz4";
  }
  return {.name = options.name,
          .engine = options.engine_kind,
          .api = absl::StrCat(HISI_QM_API_PREFIX, options.version),
          .algorithms = std::move(algorithms),
          .numa_node = options.numa_node,
          .simulated = true};
}

class DeviceModelImpl final : public DeviceModel {
 public:
  explicit DeviceModelImpl(DeviceModelOptions options);
  ~DeviceModelImpl() override;

  absl::Status StartWorkers();

  const Port::Facts& facts() const override { return facts_; }
  absl::StatusOr<std::unique_ptr<QueuePort>> OpenQueue(
      uint32_t qc_type) override;
  absl::Status Reset() override;
  Presence presence() const override {
    return state_.presence(device_.clock.NowNs());
  }
  Counters counters() const override;
  absl::StatusOr<uint64_t> AddFault(const FaultRule& rule) override;
  void ClearFaults() override;
  std::vector<FaultReport> Faults() const override { return faults_.Report(); }

 private:
  class OpenedQueue;

  absl::Status StartQueue(ModelQueue& queue);
  void StopQueue(ModelQueue& queue);
  void Halt(FaultKind kind, ModelQueue& queue, const ModelQueue::Claim& claim,
            uint64_t away_us);
  void TakeAway(FaultKind kind, uint64_t away_us);
  // REQUIRE `control_`.
  void StopAll();
  void UpdateStarted();
  static void* WorkerMain(void* worker);

  // Constant after construction.
  const DeviceModelOptions options_;
  const Port::Facts facts_;
  const MonotonicClock real_clock_;
  ProcessMemory process_memory_;

  ServicePacer pacer_;
  WorkerBell bell_;
  FaultPlan faults_;
  DeviceState state_;
  std::vector<std::unique_ptr<ModelQueue>> queues_;
  DeviceWorker::Device device_;
  std::vector<std::unique_ptr<DeviceWorker>> workers_;
  std::vector<pthread_t> threads_;

  // Held while queues are opened, closed, started and stopped. Workers take it
  // with no descriptor in hand, because whoever has it may wait for those.
  mutable std::mutex control_;
};

// One queue as its driver has it.
class DeviceModelImpl::OpenedQueue final : public QueuePort {
 public:
  OpenedQueue(DeviceModelImpl& device, ModelQueue& queue)
      : device_(device),
        queue_(queue),
        facts_{.sqn = queue.sqn(),
               .sqe_bytes = HISI_QM_SQE_BYTES,
               .sq_depth = device.options_.sq_depth,
               .cq_depth = device.options_.cq_depth},
        mmio_(&ModelQueue::OnStore, &queue, queue.doorbells().mmio_bytes()) {}
  ~OpenedQueue() override {
    Stop();
    std::lock_guard<std::mutex> lock(device_.control_);
    queue_.Close();
  }

  const Facts& facts() const override { return facts_; }
  MmioRegion& mmio() override { return mmio_; }
  uint8_t* dus() override { return queue_.dus(); }
  size_t dus_bytes() const override { return queue_.dus_bytes(); }
  absl::Status Start() override { return device_.StartQueue(queue_); }
  void Stop() override { device_.StopQueue(queue_); }
  int event_fd() const override { return queue_.event_fd(); }
  void DrainEvents() override { queue_.DrainEvents(); }

 private:
  DeviceModelImpl& device_;
  ModelQueue& queue_;
  const Facts facts_;
  MmioRegion mmio_;
};

DeviceModelImpl::DeviceModelImpl(DeviceModelOptions options)
    : options_(std::move(options)),
      facts_(MakeFacts(options_)),
      pacer_(options_.service),
      bell_(options_.workers),
      device_{
          .engine_kind = options_.engine_kind,
          .engine = *options_.engine,
          .memory =
              options_.memory != nullptr ? *options_.memory : process_memory_,
          .clock = options_.clock != nullptr ? *options_.clock : real_clock_,
          .pacer = pacer_,
          .bell = bell_,
          .faults = faults_,
          .queues = queues_,
          .halt = std::bind_front(&DeviceModelImpl::Halt, this),
          .workers = options_.workers,
          .poll = options_.poll} {
  for (uint32_t sqn = 0; sqn < options_.queue_count; ++sqn) {
    queues_.push_back(std::make_unique<ModelQueue>(
        DoorbellUnit::Options{.version = options_.version,
                              .sqn = static_cast<uint16_t>(sqn),
                              .sq_depth = options_.sq_depth,
                              .cq_depth = options_.cq_depth},
        options_.poll ? nullptr : &bell_));
  }
  for (uint32_t i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<DeviceWorker>(device_, i));
  }
}

DeviceModelImpl::~DeviceModelImpl() {
  device_.stop.store(true, std::memory_order_release);
  bell_.Ring();
  for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
}

absl::Status DeviceModelImpl::StartWorkers() {
  if (!bell_.ok()) {
    return absl::ResourceExhaustedError(
        "no descriptors for the threads of a modelled device");
  }
  threads_.reserve(workers_.size());
  // Threads inherit the mask: signals belong to the daemon's main thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  for (const auto& worker : workers_) {
    pthread_t thread;
    error = pthread_create(&thread, nullptr, &WorkerMain, worker.get());
    if (error != 0) break;
    pthread_setname_np(thread, "uacced-model");
    threads_.push_back(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error == 0 ? absl::OkStatus()
                    : ErrnoStatus(error, "thread of a modelled device");
}

void* DeviceModelImpl::WorkerMain(void* worker) {
  static_cast<DeviceWorker*>(worker)->Run();
  return nullptr;
}

absl::StatusOr<std::unique_ptr<QueuePort>> DeviceModelImpl::OpenQueue(
    uint32_t qc_type) {
  UACCED_RETURN_IF_ERROR(
      CheckRange("qc_type", qc_type, 0, HISI_QM_QC_TYPE_DECOMPRESS));
  std::lock_guard<std::mutex> lock(control_);
  UACCED_RETURN_IF_ERROR(state_.Usable(device_.clock.NowNs()));
  for (const auto& queue : queues_) {
    if (queue->open()) continue;
    UACCED_RETURN_IF_ERROR(queue->Open(qc_type));
    return std::make_unique<OpenedQueue>(*this, *queue);
  }
  return absl::ResourceExhaustedError(
      absl::StrCat(facts_.name, ": every queue is taken"));
}

absl::Status DeviceModelImpl::StartQueue(ModelQueue& queue) {
  std::lock_guard<std::mutex> lock(control_);
  UACCED_RETURN_IF_ERROR(state_.Usable(device_.clock.NowNs()));
  UACCED_RETURN_IF_ERROR(queue.Start());
  UpdateStarted();
  bell_.Ring();
  return absl::OkStatus();
}

void DeviceModelImpl::StopQueue(ModelQueue& queue) {
  std::lock_guard<std::mutex> lock(control_);
  queue.Stop();
  UpdateStarted();
}

void DeviceModelImpl::UpdateStarted() {
  device_.started_queues.store(
      std::count_if(queues_.begin(), queues_.end(),
                    [](const auto& queue) { return queue->running(); }),
      std::memory_order_release);
}

absl::Status DeviceModelImpl::Reset() {
  std::lock_guard<std::mutex> lock(control_);
  UACCED_RETURN_IF_ERROR(state_.Usable(device_.clock.NowNs()));
  StopAll();
  return absl::OkStatus();
}

void DeviceModelImpl::StopAll() {
  for (const auto& queue : queues_) queue->StopByDevice();
  UpdateStarted();
}

void DeviceModelImpl::Halt(FaultKind kind, ModelQueue& queue,
                           const ModelQueue::Claim& claim, uint64_t away_us) {
  switch (kind) {
    case FaultKind::kStuck:
      queue.Stick(claim);
      return;
    case FaultKind::kQueueStop: {
      std::lock_guard<std::mutex> lock(control_);
      if (queue.Current(claim)) queue.StopByDevice();
      UpdateStarted();
      return;
    }
    default:
      TakeAway(kind, away_us);
      return;
  }
}

void DeviceModelImpl::TakeAway(FaultKind kind, uint64_t away_us) {
  using Trouble = DeviceState::Trouble;
  const Trouble trouble = kind == FaultKind::kRemove    ? Trouble::kGone
                          : kind == FaultKind::kIsolate ? Trouble::kIsolated
                                                        : Trouble::kResetting;
  const int64_t now_ns = device_.clock.NowNs();
  // Only a reset ends by itself when no time is given.
  const int64_t end_ns = away_us != 0 || trouble == Trouble::kResetting
                             ? now_ns + static_cast<int64_t>(away_us) * 1000
                             : kInfiniteFutureNs;
  std::lock_guard<std::mutex> lock(control_);
  // First, so that nothing opens or starts meanwhile.
  state_.Enter(trouble, now_ns, end_ns);
  StopAll();
}

absl::StatusOr<uint64_t> DeviceModelImpl::AddFault(const FaultRule& rule) {
  UACCED_RETURN_IF_ERROR(Validate(rule));
  if (!rule.at_once) return faults_.Add(rule);
  device_.fault_counts[static_cast<size_t>(rule.kind)].fetch_add(1);
  if (rule.kind == FaultKind::kReturn) {
    state_.Return();
  } else {
    TakeAway(rule.kind, rule.delay_us);
  }
  return 0;
}

void DeviceModelImpl::ClearFaults() {
  faults_.Clear();
  state_.Leave();
}

DeviceModel::Counters DeviceModelImpl::counters() const {
  Counters sum;
  for (const auto& worker : workers_) sum.executed += worker->executed();
  for (const auto& queue : queues_) {
    sum.completions += queue->completions();
    sum.interrupts += queue->interrupts();
    sum.doorbells += queue->doorbells().stores();
    sum.bad_doorbells += queue->doorbells().bad_stores();
  }
  for (size_t i = 0; i < kFaultKindCount; ++i) {
    sum.faults[i] = device_.fault_counts[i].load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DeviceModel>> DeviceModel::Create(
    DeviceModelOptions options) {
  if (options.cq_depth == 0) options.cq_depth = options.sq_depth;
  UACCED_RETURN_IF_ERROR(Validate(options));
  if (options.memory == nullptr && !ProcessMemory::Allowed()) {
    return absl::FailedPreconditionError(
        "process_vm_readv() is forbidden here, and a modelled device reads "
        "memory by it");
  }
  auto model = std::make_unique<DeviceModelImpl>(std::move(options));
  UACCED_RETURN_IF_ERROR(model->StartWorkers());
  return model;
}

}  // namespace uacced::hw::hisi
