// Drives a ByteStream as a transport would, with input in pieces of any size.
#ifndef UACCED_TESTS_SUPPORT_STREAM_DRIVER_H_
#define UACCED_TESTS_SUPPORT_STREAM_DRIVER_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/stream/byte_stream.h"

namespace uacced {

// Threads: Progress() is thread-safe; the rest is the test's.
class StreamDriver final : public StreamHost {
 public:
  using Data = std::vector<uint8_t>;

  void Progress() override {
    std::lock_guard lock(mutex_);
    ++progress_;
    changed_.notify_all();
  }
  void ProgressAfter(absl::Duration wait) override {
    wake_at_ = std::chrono::steady_clock::now() +
               absl::ToChronoMicroseconds(wait) + std::chrono::microseconds(1);
  }

  void Own(std::unique_ptr<ByteStream> stream) { stream_ = std::move(stream); }
  ByteStream& stream() { return *stream_; }

  // Copies as much of `input` as there is room for now, in pieces of at most
  // `piece_bytes`; returns how much.
  size_t Feed(hw::Bytes input, size_t piece_bytes) {
    size_t fed = 0;
    while (fed < input.size()) {
      const hw::MutableBytes room = stream_->InputRoom();
      if (room.empty()) break;
      const size_t bytes =
          std::min({room.size(), piece_bytes, input.size() - fed});
      std::copy_n(input.begin() + static_cast<ptrdiff_t>(fed), bytes,
                  room.begin());
      stream_->CommitInput(bytes);
      fed += bytes;
    }
    return fed;
  }

  // Takes and "writes" what there is; false when there was nothing.
  bool Drain() {
    std::optional<StreamOutput> output = stream_->TakeOutput();
    if (!output.has_value()) return false;
    Append(*output);
    stream_->OutputWritten();
    return true;
  }
  void Append(const StreamOutput& output) {
    output_.insert(output_.end(), output.prefix.begin(), output.prefix.end());
    output_.insert(output_.end(), output.buffer.data(),
                   output.buffer.data() + output.bytes);
    output_.insert(output_.end(), output.suffix.begin(), output.suffix.end());
  }
  const Data& output() const { return output_; }

  // Waits until the stream wants to be looked at.
  void Wait() {
    std::unique_lock lock(mutex_);
    const auto progressed = [this] { return progress_ > 0; };
    if (wake_at_.has_value()) {
      changed_.wait_until(lock, *wake_at_, progressed);
      wake_at_.reset();
    } else {
      changed_.wait(lock, progressed);
    }
    progress_ = 0;
  }

  // The whole way, input cut at random.
  absl::Status Run(const Data& input, uint32_t seed,
                   size_t max_piece_bytes = 100'000) {
    std::mt19937 random(seed);
    absl::Status started = stream_->Start();
    if (!started.ok()) return started;
    size_t fed = 0;
    bool ended = false;
    while (stream_->state() == ByteStream::State::kRunning) {
      stream_->Advance();
      const size_t piece_bytes = 1 + random() % max_piece_bytes;
      const size_t now =
          Feed(hw::Bytes(input).subspan(
                   fed, std::min(piece_bytes, input.size() - fed)),
               1 + random() % piece_bytes);
      fed += now;
      const bool end_now = fed == input.size() && !ended;
      if (end_now) {
        ended = true;
        stream_->EndInput();
      }
      const bool drained = random() % 4 != 0 && Drain();
      if (now == 0 && !end_now && !drained && !Drain() &&
          stream_->state() == ByteStream::State::kRunning) {
        Wait();
      }
    }
    return stream_->status();
  }

 private:
  std::unique_ptr<ByteStream> stream_;
  Data output_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t progress_ = 0;
  std::optional<std::chrono::steady_clock::time_point> wake_at_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_STREAM_DRIVER_H_
