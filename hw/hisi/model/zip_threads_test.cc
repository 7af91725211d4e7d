// One engine, many threads.
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "hw/hisi/model/zip_engine.h"
#include "hw/hisi/model/zip_status.h"
#include "hw/hisi/model/zip_test_fixture.h"

namespace uacced::hw::hisi {
namespace {

constexpr int kThreads = 4;

class LockedMemory final : public DmaSpace {
 public:
  explicit LockedMemory(DmaSpace& memory) : memory_(memory) {}
  bool Read(uint64_t address, MutableBytes out) override {
    const std::lock_guard lock(mutex_);
    return memory_.Read(address, out);
  }
  bool Write(uint64_t address, Bytes in) override {
    const std::lock_guard lock(mutex_);
    return memory_.Write(address, in);
  }

 private:
  std::mutex mutex_;
  DmaSpace& memory_;
};

class ZipThreadsTest : public ZipFixture {
 protected:
  template <typename Body>
  static void OnThreads(const Body& body) {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(body, i);
    for (std::thread& thread : threads) thread.join();
  }

  static uint64_t Own(uint64_t address, int thread) {
    return address + (uint64_t{1} << 40) * static_cast<uint64_t>(thread);
  }

  Descriptor Execute(uint32_t dw7, uint32_t format, int buffers, int context) {
    Descriptor sqe = Flat({{4, 2000}, {7, dw7}, {9, format}, {14, 4000}});
    SetAddress(sqe, 18, Own(kSrc, buffers));
    SetAddress(sqe, 20, Own(kDst, buffers));
    SetAddress(sqe, 22, Own(kCtx, context) + 0x40);
    engine_.Execute(kCompressV3, locked_, sqe);
    return sqe;
  }

  void Add(int thread) {
    memory_.Add(Own(kSrc, thread), TextBytes(2000, thread));
    memory_.Add(Own(kDst, thread), 4000);
    memory_.Add(Own(kCtx, thread), 0x10000);
  }

  void OwnStreams(int thread) {
    const ByteVector data = TextBytes(2000, thread);
    for (int round = 0; round < 50; ++round) {
      const uint32_t format = 1 + (thread + round) % 3;
      ByteVector stream = HeaderOf(format);
      ByteVector whole;
      for (const uint32_t dw7 : {0x3c000000, 0x34000000, 0x36000000}) {
        const Descriptor done = Execute(dw7, format, thread, thread);
        ASSERT_EQ(done[3], 0u);
        ByteVector part(done[1]);
        ASSERT_TRUE(locked_.Read(Own(kDst, thread), part));
        stream.insert(stream.end(), part.begin(), part.end());
        whole.insert(whole.end(), data.begin(), data.end());
      }
      ASSERT_EQ(ZlibDecode(format, stream), whole);
      ASSERT_EQ(Execute(0x3a000000, format, thread, thread)[3], 0u);
    }
  }

  void OneStream(int thread) {
    for (int round = 0; round < 100; ++round) {
      const uint32_t status = Execute(0x34000000, kZlib, thread, 0)[3];
      if (status == 0) {
        ++packets_;
      } else {
        ASSERT_EQ(status, static_cast<uint32_t>(ZipStatus::kBadContext));
      }
    }
  }

  LockedMemory locked_{memory_};
  std::atomic<int> packets_ = 0;
};

TEST_F(ZipThreadsTest, StreamsDoNotMix) {
  for (int i = 0; i < kThreads; ++i) Add(i);
  OnThreads([this](int thread) { OwnStreams(thread); });
  EXPECT_EQ(engine_.stream_count(), 0u);
  EXPECT_EQ(memory_.faults(), 0);
}

// Software must not do that. Whoever comes second finds no stream.
TEST_F(ZipThreadsTest, PacketsOfOneStreamAtOnceAreAnError) {
  for (int i = 0; i < kThreads; ++i) Add(i);
  ASSERT_EQ(Execute(0x3c000000, kZlib, 0, 0)[3], 0u);
  OnThreads([this](int thread) { OneStream(thread); });
  EXPECT_GT(packets_, 0);
  EXPECT_LE(engine_.stream_count(), 1u);
}

}  // namespace
}  // namespace uacced::hw::hisi
