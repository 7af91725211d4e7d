#include <sched.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "hw/hisi/abi/sec.h"
#include "hw/hisi/abi/sgl.h"
#include "hw/hisi/abi/zip.h"
#include "tests/vm/sim_tests.h"
#include "tests/vm/sim_zip.h"

namespace uacced::vm {
namespace {

constexpr size_t kArenaBytes = 1u << 20;

// Behind it nothing can be hit, or a test would spoil its own rings: more than
// what a descriptor can mean.
constexpr size_t kGuardBytes = 64u << 20;

// Somewhere for descriptors to hit: half of them point there.
class Arena {
 public:
  Arena()
      : memory_(static_cast<uint8_t*>(
            mmap(nullptr, kArenaBytes + kGuardBytes, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    mprotect(memory_, kArenaBytes, PROT_READ | PROT_WRITE);
  }
  ~Arena() { munmap(memory_, kArenaBytes + kGuardBytes); }

  uint8_t* memory() const { return memory_; }
  uint64_t AnyAddress(Random& random) const {
    switch (random.Below(8)) {
      case 0:
        return uint64_t{random.Next()} << 32 | random.Next();
      case 1:
        return 0xffffffff81000000u + random.Below(0x1000000);
      case 2:
        return random.Below(4096);
      case 3:
        return AddressOf(memory_) + kArenaBytes - random.Below(100);
      default:
        return AddressOf(memory_) +
               uint64_t{random.Below(kArenaBytes / 64)} * 64;
    }
  }

 private:
  uint8_t* const memory_;
};

Sqe AnyZip(Random& random, const Arena& arena) {
  Sqe sqe;
  for (uint32_t& word : sqe) word = random.Below(2) ? random.Next() : 0;
  if (random.Below(4) != 0) {
    sqe[4] = random.Below(100'000);
    sqe[14] = random.Below(100'000);
    sqe[9] = random.Below(5) | random.Below(3) << 8 | random.Below(6) << 12;
    sqe[7] = (random.Below(2) ? 0x30000000 : 0) | random.Below(8) << 25 |
             (random.Below(3) ? 0 : random.Below(1000));
  }
  for (const unsigned word : {18, 20, 22}) {
    SetAddress(sqe, word, arena.AnyAddress(random));
  }
  return sqe;
}

Sqe AnySec(Random& random, const Arena& arena) {
  Sqe sqe;
  for (uint32_t& word : sqe) word = random.Below(3) ? 0 : random.Next();
  const bool type3 = random.Below(2) != 0;
  if (random.Below(8) != 0) {
    const uint32_t bytes = random.Below(random.Below(4) ? 5000 : 200'000);
    const uint32_t kind = random.Below(3);
    sqe[0] = type3 ? 3 | random.Below(2) << 5 | random.Below(2) << 9
                   : 2 | random.Below(3) << 4 | random.Below(3) << 6 |
                         random.Below(2) << 9;
    if (type3) {
      sqe[1] = kind | random.Below(17) << 4 | random.Below(4) << 13 |
               random.Below(10) << 16 | random.Below(4) << 20 |
               random.Below(2) << 30;
      sqe[14] = random.Below(3) | random.Below(9) << 4 | random.Below(9) << 9 |
                random.Below(0x28) << 15;
      sqe[15] = sqe[25] = sqe[26] = sqe[27] = 0;
      sqe[16] = 0;
      sqe[17] = bytes;
      sqe[18] = bytes / 16 * 16;
    } else {
      sqe[1] = sqe[7] = sqe[8] = sqe[9] = sqe[11] = 0;
      sqe[2] =
          random.Below(9) | random.Below(9) << 5 | random.Below(0x28) << 11;
      sqe[3] = random.Below(17) | random.Below(4) << 9 |
               random.Below(10) << 12 | random.Below(4) << 16;
      sqe[4] = bytes;
      sqe[5] = bytes / 16 * 16;
      sqe[6] = 0;
    }
  }
  if (type3) {
    for (const unsigned word : {4, 6, 8, 12, 19, 21, 23}) {
      SetAddress(sqe, word, arena.AnyAddress(random));
    }
  } else {
    for (const unsigned word : {14, 16, 18, 20, 22, 24, 26}) {
      SetAddress(sqe, word, arena.AnyAddress(random));
    }
  }
  return sqe;
}

// Every one of them gets an answer, in its turn.
void RunHostile(Checks& checks, const char* kind, unsigned qc_type,
                Random& random, unsigned rounds) {
  const Arena arena;
  SimQueue queue(kind, qc_type);
  const bool zip = std::string(kind) == "hisi_zip";
  unsigned answered = 0;
  unsigned good = 0;
  while (answered < rounds) {
    const unsigned batch = 1 + random.Below(100);
    std::vector<unsigned> slots;
    // Some of it is a list, or a stream.
    for (unsigned i = 0; i < 1000; ++i) {
      arena.memory()[random.Below(kArenaBytes)] =
          static_cast<uint8_t>(random.Next());
    }
    for (unsigned i = 0; i < batch; ++i) {
      slots.push_back(
          queue.Push(zip ? AnyZip(random, arena) : AnySec(random, arena)));
    }
    queue.RingSq();
    for (const unsigned slot : slots) {
      if (queue.Poll(60'000) != slot) {
        checks.That(std::string("hostile ") + kind, false,
                    "after " + std::to_string(answered));
        return;
      }
      const Sqe answer = queue.Slot(slot);
      const bool fine =
          zip ? ZipStatus(answer) == HISI_ZIP_OK : (answer[28] & 0xff0001) == 1;
      good += fine ? 1 : 0;
      ++answered;
    }
    queue.RingCq();
  }
  checks.That(std::string("hostile ") + kind, true);
  // Nothing that is random decompresses.
  checks.That(std::string("some of them are fine, of ") + kind,
              good > 0 || (zip && qc_type == 1));
  std::printf("# %s %u: %u random descriptors, %u of them fine\n", kind,
              qc_type, answered, good);
}

}  // namespace

void TestHostile(Checks& checks, uint64_t seed, unsigned rounds) {
  Random random(seed);
  RunHostile(checks, "hisi_zip", 0, random, rounds);
  RunHostile(checks, "hisi_zip", 1, random, rounds);
  RunHostile(checks, "hisi_sec2", 0, random, rounds);
}

void TestFaultingAddresses(Checks& checks) {
  SimQueue queue("hisi_zip", 0);
  Random random(61);
  ByteVector plain = random.Compressible(4096);
  ByteVector room(8192);
  auto* read_only = static_cast<uint8_t*>(
      mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const auto status = [&](uint64_t source, uint64_t target) -> long {
    Sqe sqe = ZipBlock(ZipFormat::kDeflate, nullptr, plain.size(), nullptr,
                       room.size());
    SetAddress(sqe, 18, source);
    SetAddress(sqe, 20, target);
    const std::optional<Sqe> answer = queue.Run(sqe);
    return answer ? ZipStatus(*answer) : -1;
  };
  const uint64_t source = AddressOf(plain.data());
  const uint64_t target = AddressOf(room.data());
  checks.Equal("good addresses", status(source, target), HISI_ZIP_OK);
  for (const uint64_t bad :
       {uint64_t{0}, uint64_t{0xffffffff81000000}, uint64_t{1} << 63,
        ~uint64_t{0}, uint64_t{0x7ffffffff000}}) {
    checks.Equal("a source of no memory", status(bad, target),
                 HISI_ZIP_SIM_MEMORY_FAULT);
    checks.Equal("a target of no memory", status(source, bad),
                 HISI_ZIP_SIM_MEMORY_FAULT);
  }
  checks.Equal("a target to read only", status(source, AddressOf(read_only)),
               HISI_ZIP_SIM_MEMORY_FAULT);
  // Memory that was never touched is made on the way.
  auto* fresh =
      static_cast<uint8_t*>(mmap(nullptr, 16384, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  checks.Equal("a target never touched", status(source, AddressOf(fresh)),
               HISI_ZIP_OK);
  munmap(fresh, 16384);
  munmap(read_only, 4096);
}

void TestUnmapInFlight(Checks& checks) {
  SimQueue queue("hisi_zip", 0);
  Random random(67);
  constexpr size_t kBytes = 4u << 20;
  ByteVector room(kBytes);
  unsigned faults = 0;
  bool right = true;
  for (int i = 0; i < 5 && right; ++i) {
    auto* source =
        static_cast<uint8_t*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    const ByteVector data = random.Compressible(kBytes / 16);
    for (size_t at = 0; at < kBytes; at += data.size()) {
      std::copy(data.begin(), data.end(), source + at);
    }
    const unsigned slot = queue.Push(ZipBlock(
        ZipFormat::kDeflate, source, kBytes, room.data(), room.size()));
    queue.RingSq();
    usleep(20'000);
    munmap(source, kBytes);
    right = queue.Poll(60'000) == slot;
    const uint32_t status = ZipStatus(queue.Slot(slot));
    faults += status == HISI_ZIP_SIM_MEMORY_FAULT;
    right =
        right && (status == HISI_ZIP_OK || status == HISI_ZIP_SIM_MEMORY_FAULT);
  }
  checks.That("unmapped in flight", right);
  checks.That("and found out", faults > 0);
}

namespace {

// Wants each processor now and then, and notes how long one was withheld.
class Impatient {
 public:
  Impatient() {
    for (int cpu = 0; cpu < get_nprocs(); ++cpu) {
      threads_.emplace_back([this, cpu] { Run(cpu); });
    }
    while (ready_ < get_nprocs()) usleep(1'000);
  }
  uint64_t Stop() {
    end_ = true;
    for (std::thread& thread : threads_) thread.join();
    return worst_us_;
  }

 private:
  void Run(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
    ++ready_;
    while (!end_) {
      const uint64_t begin = NowUs();
      usleep(1'000);
      const uint64_t took_us = NowUs() - begin;
      uint64_t worst_us = worst_us_;
      while (took_us > worst_us &&
             !worst_us_.compare_exchange_weak(worst_us, took_us)) {
      }
    }
  }

  std::atomic<int> ready_ = 0;
  std::atomic<bool> end_ = false;
  std::atomic<uint64_t> worst_us_ = 0;
  std::vector<std::thread> threads_;
};

// A list of `count` entries, each the same memory.
class Repeated {
 public:
  Repeated(ByteVector& bytes, unsigned count)
      : memory_(HISI_SGL_HEAD_BYTES + HISI_SGL_ENTRY_BYTES * count +
                HISI_SGL_ALIGN_BYTES) {
    const uint64_t aligned =
        (AddressOf(memory_.data()) + HISI_SGL_ALIGN_BYTES - 1) /
        HISI_SGL_ALIGN_BYTES * HISI_SGL_ALIGN_BYTES;
    list_ = reinterpret_cast<hisi_sgl*>(memory_.data() +
                                        (aligned - AddressOf(memory_.data())));
    list_->entry_sum_in_sgl = static_cast<__le16>(count);
    for (unsigned i = 0; i < count; ++i) {
      list_->entries[i].buf = AddressOf(bytes.data());
      list_->entries[i].len = static_cast<__le32>(bytes.size());
    }
  }
  uint64_t address() const { return AddressOf(list_); }

 private:
  ByteVector memory_;
  hisi_sgl* list_;
};

}  // namespace

// A small descriptor can mean much work: the same memory many times.
void TestLongWork(Checks& checks) {
  constexpr size_t kPieceBytes = 1u << 20;
  constexpr unsigned kPieces = 24;
  ByteVector piece(kPieceBytes);
  Repeated source(piece, kPieces);
  const size_t bytes = kPieces * kPieceBytes;
  ByteVector room(2 * kPieceBytes);
  Repeated target(room, 1);
  Sqe sqe = ZipBlock(ZipFormat::kDeflate, nullptr, bytes, nullptr, room.size());
  sqe[9] |= 0x100;
  SetAddress(sqe, 18, source.address());
  SetAddress(sqe, 20, target.address());

  SimQueue queue("hisi_zip", 0);
  Impatient impatient;
  const uint64_t begin = NowUs();
  const unsigned slot = queue.Push(sqe);
  queue.RingSq();
  const bool done = queue.Poll(120'000) == slot;
  const uint64_t took_us = NowUs() - begin;
  const uint64_t worst_us = impatient.Stop();
  checks.That("long work", done && ZipStatus(queue.Slot(slot)) == HISI_ZIP_OK &&
                               queue.Slot(slot)[0] == bytes);
  checks.That("long work leaves processors to others",
              worst_us < std::max<uint64_t>(took_us / 3, 500'000),
              std::to_string(worst_us) + " us");
  std::printf("# %zu MiB by one descriptor in %lu ms, others waited %lu ms\n",
              bytes >> 20, static_cast<unsigned long>(took_us / 1000),
              static_cast<unsigned long>(worst_us / 1000));
}

// Software may drop a stream and tell nobody. So many that they are as many as
// there can be, on one queue, are not in the way of the owner's other queue.
void TestAbandonedStreams(Checks& checks) {
  constexpr unsigned kMoreThanThereCanBe = 300;
  constexpr size_t kContextBytes = 0x10000;
  SimQueue first("hisi_zip", 0);
  SimQueue second("hisi_zip", 0);
  const ByteVector plain(100, 'a');
  ByteVector room(1000);
  bool right = true;
  const auto begin_stream = [&](SimQueue& queue) {
    ByteVector context(kContextBytes);  // Forgotten with the stream.
    const std::optional<Sqe> answer = queue.Run(
        ZipPacket(ZipFormat::kDeflate, true, false, context.data(),
                  plain.data(), plain.size(), room.data(), room.size()));
    right = right && answer &&
            (ZipStatus(*answer) == HISI_ZIP_OK ||
             ZipStatus(*answer) == HISI_ZIP_NEGATIVE_COMPRESSION);
  };
  for (unsigned i = 0; i < kMoreThanThereCanBe; ++i) begin_stream(first);
  checks.That("streams abandoned", right);
  begin_stream(second);
  checks.That("a stream on another queue", right);
}

}  // namespace uacced::vm
