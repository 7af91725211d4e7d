#include "tests/vm/sim_queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "hw/hisi/abi/qm.h"
#include "tests/vm/checks.h"

namespace uacced::vm {

void SetAddress(Sqe& sqe, unsigned dword, uint64_t address) {
  sqe[dword] = Low(address);
  sqe[dword + 1] = High(address);
}

uint64_t NowUs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<uint64_t>(now.tv_nsec) / 1000;
}

uint32_t Random::Next() {
  // Knuth's MMIX generator; the upper half is good enough here.
  state_ = state_ * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state_ >> 32);
}

ByteVector Random::Bytes(size_t count) {
  ByteVector bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(Next());
  return bytes;
}

ByteVector Random::Compressible(size_t count) {
  ByteVector bytes;
  while (bytes.size() < count) {
    const size_t run = 1 + Below(40);
    if (bytes.size() > 64 && Below(3) != 0) {
      const size_t from = bytes.size() - 1 - Below(64);
      for (size_t i = 0; i < run; ++i) bytes.push_back(bytes[from + i]);
    } else {
      for (size_t i = 0; i < run; ++i) {
        bytes.push_back(static_cast<uint8_t>('a' + Below(26)));
      }
    }
  }
  bytes.resize(count);
  return bytes;
}

std::string FindDevice(std::string_view kind) {
  std::vector<std::string> names;
  const std::string prefix = std::string(kind) + "-";
  if (DIR* folder = opendir("/dev")) {
    while (const dirent* entry = readdir(folder)) {
      if (std::string_view(entry->d_name).substr(0, prefix.size()) == prefix) {
        names.emplace_back(entry->d_name);
      }
    }
    closedir(folder);
  }
  if (names.empty()) return "";
  return "/dev/" + *std::min_element(names.begin(), names.end());
}

SimQueue::SimQueue(std::string_view kind, unsigned qc_type, bool started)
    : fd_(open(FindDevice(kind).c_str(), O_RDWR | O_CLOEXEC)) {
  if (!fd_.ok()) {
    result_ = -errno;
    return;
  }
  dus_.emplace(fd_, kRegionDus, kSimDusBytes);
  mmio_.emplace(fd_, kRegionMmio, kSimMmioBytes);
  result_ = dus_->result() != 0 ? dus_->result() : mmio_->result();
  if (result_ != 0 || !started) return;
  hisi_qm_qp_ctx context = {0, static_cast<__u16>(qc_type)};
  result_ = ResultOf(ioctl(fd(), HISI_QM_SET_QP_CTX, &context));
  sqn_ = context.sqn;
  if (result_ == 0) result_ = Start(fd_);
}

unsigned SimQueue::Push(const Sqe& sqe) {
  return PushInTwo(sqe, [] {});
}

unsigned SimQueue::PushInTwo(const Sqe& sqe,
                             const std::function<void()>& between) {
  constexpr size_t kHalf = sizeof(Sqe) / 2;
  const unsigned index = tail_;
  char* const slot = dus_->bytes() + sizeof(Sqe) * index;
  std::memcpy(slot, sqe.data(), kHalf);
  between();
  std::memcpy(slot + kHalf, &sqe[sqe.size() / 2], kHalf);
  tail_ = (tail_ + 1) % kSimDepth;
  return index;
}

void SimQueue::RingRaw(uint64_t word) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  *reinterpret_cast<volatile uint64_t*>(mmio_->bytes() +
                                        HISI_QM_V2_DOORBELL_OFFSET) = word;
}

void SimQueue::RingSq() {
  RingRaw(static_cast<uint64_t>(tail_) << HISI_QM_DOORBELL_INDEX_SHIFT | sqn_);
}

void SimQueue::RingCq(unsigned arm) {
  RingRaw(static_cast<uint64_t>(arm) << HISI_QM_DOORBELL_PRIORITY_SHIFT |
          static_cast<uint64_t>(cq_head_) << HISI_QM_DOORBELL_INDEX_SHIFT |
          HISI_QM_DOORBELL_CQ << HISI_QM_V2_DOORBELL_CMD_SHIFT | sqn_);
}

std::optional<unsigned> SimQueue::Poll(unsigned ms) {
  const auto* entry = reinterpret_cast<const volatile hisi_qm_cqe*>(
                          dus_->bytes() + hisi_qm_cq_offset(kSimDepth)) +
                      cq_head_;
  const uint64_t end = NowUs() + uint64_t{ms} * 1000;
  while ((entry->w7 & HISI_QM_CQE_PHASE_MASK) != phase_) {
    if (NowUs() >= end) return std::nullopt;
    sched_yield();
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  const unsigned index = entry->sq_head;
  cq_head_ = (cq_head_ + 1) % kSimDepth;
  if (cq_head_ == 0) phase_ ^= 1;
  return index;
}

Sqe SimQueue::Slot(unsigned index) const {
  Sqe sqe;
  std::memcpy(sqe.data(), dus_->bytes() + sizeof(Sqe) * index, sizeof(Sqe));
  return sqe;
}

std::optional<Sqe> SimQueue::Run(const Sqe& sqe) {
  const unsigned index = Push(sqe);
  RingSq();
  const std::optional<unsigned> done = Poll(20'000);
  if (done != index) return std::nullopt;
  const Sqe answer = Slot(index);
  RingCq();
  return answer;
}

namespace {

std::string DebugFolder(std::string_view device) {
  return "/sys/kernel/debug/uacce_sim/" + std::string(device);
}

}  // namespace

long Control(std::string_view device, std::string_view command) {
  return WriteFile(DebugFolder(device) + "/control", command);
}

long Counter(std::string_view device, std::string_view name) {
  const std::string text =
      ReadFile(DebugFolder(device) + "/counters").value_or("");
  const std::string key = std::string(name) + " ";
  const size_t at = text.find(key);
  return at == std::string::npos ? -1 : std::atol(&text[at + key.size()]);
}

}  // namespace uacced::vm
