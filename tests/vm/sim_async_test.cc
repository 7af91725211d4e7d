#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hw/hisi/abi/zip.h"
#include "tests/vm/sim_tests.h"
#include "tests/vm/sim_zip.h"

namespace uacced::vm {
namespace {

constexpr size_t kRoomBytes = 256;
constexpr unsigned kKinds = 16;

// A queue that one thread submits to and another takes completions from, each
// ringing for every one, as UADK does it. Their doorbells hide each other.
class AsyncRun {
 public:
  AsyncRun(uint64_t seed, unsigned in_flight)
      : random_(seed),
        in_flight_(in_flight),
        rooms_(kSimDepth * kRoomBytes),
        queue_("hisi_zip", 0) {
    for (unsigned i = 0; i < kKinds; ++i) {
      plain_.push_back(random_.Compressible(40 + i));
      const Sqe sqe = ZipBlock(ZipFormat::kZlib, plain_[i].data(),
                               plain_[i].size(), rooms_.data(), kRoomBytes);
      const std::optional<Sqe> answer = queue_.Run(sqe);
      packed_.emplace_back(rooms_.begin(),
                           rooms_.begin() + (answer ? (*answer)[1] : 0));
    }
    first_slot_ = kKinds;
  }

  // What went wrong; empty: nothing.
  std::string Run(unsigned count) {
    std::thread sender([this, count] { Send(count); });
    std::string trouble = Receive(count);
    failed_ = !trouble.empty();
    sender.join();
    return trouble;
  }

 private:
  void Send(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      while (i - received_ >= in_flight_) {
        if (failed_) return;
        std::this_thread::yield();
      }
      const unsigned slot = (first_slot_ + i) % kSimDepth;
      const ByteVector& plain = plain_[i % kKinds];
      Sqe sqe = ZipBlock(ZipFormat::kZlib, plain.data(), plain.size(),
                         &rooms_[slot * kRoomBytes], kRoomBytes);
      sqe[26] = i;
      queue_.Push(sqe);
      queue_.RingSq();
    }
  }

  std::string Receive(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      const std::optional<unsigned> slot = queue_.Poll(20'000);
      const std::string where = " at " + std::to_string(i);
      if (!slot) return "no completion" + where;
      if (*slot != (first_slot_ + i) % kSimDepth) return "wrong slot" + where;
      const Sqe answer = queue_.Slot(*slot);
      if (answer[26] != i) return "wrong tag" + where;
      const ByteVector& packed = packed_[i % kKinds];
      // So few bytes may become more.
      if ((ZipStatus(answer) != HISI_ZIP_OK &&
           ZipStatus(answer) != HISI_ZIP_NEGATIVE_COMPRESSION) ||
          answer[1] != packed.size() ||
          !std::equal(packed.begin(), packed.end(),
                      &rooms_[*slot * kRoomBytes])) {
        return "wrong answer" + where;
      }
      queue_.RingCq();
      received_ = i + 1;
    }
    return "";
  }

  Random random_;
  const unsigned in_flight_;
  std::vector<ByteVector> plain_;
  std::vector<ByteVector> packed_;
  ByteVector rooms_;
  unsigned first_slot_ = 0;
  std::atomic<unsigned> received_{0};
  std::atomic<bool> failed_{false};
  SimQueue queue_;  // Stops before what it works on goes.
};

}  // namespace

void TestAsync(Checks& checks) {
  for (const unsigned in_flight : {2u, 16u, 1000u}) {
    constexpr unsigned kCount = 1000;
    const long before = Counter("hisi_zip-0", "lost_doorbells");
    const uint64_t begin = NowUs();
    const auto run = std::make_unique<AsyncRun>(in_flight, in_flight);
    const std::string trouble = run->Run(kCount);
    checks.That("async with " + std::to_string(in_flight), trouble.empty(),
                trouble);
    std::printf("# async with %u in flight: %lu us each, %ld doorbells lost\n",
                in_flight,
                static_cast<unsigned long>((NowUs() - begin) / kCount),
                Counter("hisi_zip-0", "lost_doorbells") - before);
  }
}

}  // namespace uacced::vm
