// An accelerator that does its work well, by another device, until a test tells
// it otherwise.
#ifndef UACCED_TESTS_SUPPORT_SCRIPTED_DEVICE_H_
#define UACCED_TESTS_SUPPORT_SCRIPTED_DEVICE_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hw/device.h"
#include "hw/queue.h"

namespace uacced {

// Threads: thread-safe. Each count says how many times.
struct DeviceScript {
  std::atomic<int> refuse{0};     // Submit(): UNIMPLEMENTED.
  std::atomic<int> fail{0};       // Completes with fail_code.
  std::atomic<int> spoil{0};      // Wrong output, said to be right.
  std::atomic<int> spoil_tag{0};  // The same with the tag of an AEAD.
  std::atomic<int> spoil_checksum{0};
  std::atomic<int> lose{0};  // Completes what is not in flight.
  std::atomic<absl::StatusCode> fail_code{absl::StatusCode::kUnavailable};
  std::atomic<int> submitted{0};
};

class ScriptedQueue final : public hw::Queue {
 public:
  ScriptedQueue(std::unique_ptr<hw::Queue> good, DeviceScript* script)
      : good_(std::move(good)), script_(script), requests_(good_->depth()) {}

  uint32_t depth() const override { return good_->depth(); }
  uint32_t free_slots() const override { return good_->free_slots(); }
  absl::Status Submit(const hw::Request& request, hw::Tag tag) override {
    if (Take(script_->refuse)) {
      return absl::Status(absl::StatusCode::kUnimplemented, "");
    }
    script_->submitted.fetch_add(1);
    requests_[static_cast<size_t>(tag)] = request;
    return good_->Submit(request, tag);
  }
  void Flush() override { good_->Flush(); }
  uint32_t Poll(std::span<hw::Completion> out) override {
    const uint32_t count = good_->Poll(out);
    for (hw::Completion& completion : out.first(count)) Spoil(completion);
    return count;
  }
  int event_fd() const override { return good_->event_fd(); }
  bool Arm() override { return good_->Arm(); }
  void Disarm() override { good_->Disarm(); }

 private:
  static bool Take(std::atomic<int>& left) {
    int count = left.load();
    while (count > 0 && !left.compare_exchange_weak(count, count - 1)) {
    }
    return count > 0;
  }

  void Spoil(hw::Completion& completion) {
    const hw::Request& request = requests_[static_cast<size_t>(completion.tag)];
    if (Take(script_->lose)) {
      completion.tag = hw::Tag{0xffff};
    } else if (Take(script_->fail)) {
      completion.code = script_->fail_code.load();
    } else if (completion.produced_bytes > 0 && Take(script_->spoil)) {
      request.destination[completion.produced_bytes / 2] ^= 0x10;
    } else if (!request.mac.empty() && Take(script_->spoil_tag)) {
      request.mac[0] ^= 1;
    } else if (request.checksum != nullptr && Take(script_->spoil_checksum)) {
      *request.checksum ^= 1;
    }
  }

  const std::unique_ptr<hw::Queue> good_;
  DeviceScript* const script_;
  std::vector<hw::Request> requests_;
};

class ScriptedDevice final : public hw::Device {
 public:
  // Borrows both.
  ScriptedDevice(std::string name, hw::Device& good, DeviceScript* script)
      : good_(good), script_(script), info_(good.info()) {
    info_.name = std::move(name);
    info_.kind = "scripted";
    info_.hardware = info_.simulated = true;
  }

  const hw::DeviceInfo& info() const override { return info_; }
  absl::StatusOr<std::unique_ptr<hw::Queue>> OpenQueue(size_t kind) override {
    auto queue = good_.OpenQueue(kind);
    if (!queue.ok()) return queue.status();
    return std::make_unique<ScriptedQueue>(*std::move(queue), script_);
  }
  absl::StatusOr<std::unique_ptr<hw::Stream>> OpenStream(
      const hw::StreamSpec& spec) override {
    return good_.OpenStream(spec);
  }

 private:
  hw::Device& good_;
  DeviceScript* const script_;
  hw::DeviceInfo info_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_SCRIPTED_DEVICE_H_
