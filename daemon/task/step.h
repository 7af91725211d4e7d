// One step of a task: what a device is asked to do, what it needs beside the
// payload, and what came of it.
//
// Ownership: the request points into the step itself and into its key, so a
//            step stays where it is.
// Threads:   thread-compatible; it belongs to whoever has its task.
#ifndef UACCED_DAEMON_TASK_STEP_H_
#define UACCED_DAEMON_TASK_STEP_H_

#include <array>
#include <cstdint>
#include <memory>

#include "daemon/core/execution_mode.h"
#include "daemon/keys/key_store.h"
#include "daemon/reactor/placement.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

struct Step {
  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  // Set before the task is launched. Source and destination are the task's to
  // set, except with request.stream: then the destination is the caller's.
  hw::Request request;
  // Algorithm kNone with kDecompress: found from the source's first bytes.
  // The destination is never made larger than this.
  uint64_t output_limit_bytes = UINT64_MAX;
  ExecutionMode mode = ExecutionMode::kPreferHardware;
  // Decompress what kCompress gave and compare, before anybody sees it, whoever
  // did it.
  bool verify = false;
  // The device that it must be; for request.stream.
  uint16_t only_device = Placement::kNoDevice;
  std::shared_ptr<const Key> key;
  // What the daemon itself puts beside the payload.
  static constexpr size_t kMaxMadeNonceBytes = 24;
  std::array<uint8_t, kMaxMadeNonceBytes> made_nonce{};
  std::array<uint8_t, hw::kMaxMacBytes> made_mac{};

  // Set by the task.
  std::array<uint8_t, hw::kMaxDigestBytes> digest{};  // kDigest, in a chain.
  uint16_t device_index = Placement::kNoDevice;
  Fallback fallback = Fallback::kNone;  // Why it is not an accelerator.
  int64_t queue_wait_ns = -1;           // -1: no device took it.
  int64_t service_time_ns = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_STEP_H_
