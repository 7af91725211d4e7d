// A device that does its work well and then, now and then, spoils the output
// without a word, as broken hardware does.
#ifndef UACCED_TESTS_SUPPORT_CORRUPTING_DEVICE_H_
#define UACCED_TESTS_SUPPORT_CORRUPTING_DEVICE_H_

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hw/device.h"
#include "hw/queue.h"

namespace uacced {

class CorruptingQueue final : public hw::Queue {
 public:
  CorruptingQueue(std::unique_ptr<hw::Queue> good, std::atomic<int>* left)
      : good_(std::move(good)), left_(left), requests_(good_->depth()) {}

  uint32_t depth() const override { return good_->depth(); }
  uint32_t free_slots() const override { return good_->free_slots(); }
  absl::Status Submit(const hw::Request& request, hw::Tag tag) override {
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
  void Spoil(hw::Completion& completion) {
    const hw::Request& request = requests_[static_cast<size_t>(completion.tag)];
    if (request.operation != hw::Operation::kCompress ||
        completion.code != absl::StatusCode::kOk ||
        completion.produced_bytes == 0 || left_->load() <= 0) {
      return;
    }
    left_->fetch_sub(1);
    request.destination[completion.produced_bytes / 2] ^= 0x10;
  }

  const std::unique_ptr<hw::Queue> good_;
  std::atomic<int>* const left_;
  std::vector<hw::Request> requests_;
};

class CorruptingDevice final : public hw::Device {
 public:
  // Spoils the first `*left` compressions. Borrows both.
  CorruptingDevice(hw::Device& good, std::atomic<int>* left)
      : good_(good), left_(left) {}

  const hw::DeviceInfo& info() const override { return good_.info(); }
  absl::StatusOr<std::unique_ptr<hw::Queue>> OpenQueue(size_t kind) override {
    auto queue = good_.OpenQueue(kind);
    if (!queue.ok()) return queue.status();
    return std::make_unique<CorruptingQueue>(*std::move(queue), left_);
  }
  absl::StatusOr<std::unique_ptr<hw::Stream>> OpenStream(
      const hw::StreamSpec& spec) override {
    return good_.OpenStream(spec);
  }

 private:
  hw::Device& good_;
  std::atomic<int>* const left_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_CORRUPTING_DEVICE_H_
