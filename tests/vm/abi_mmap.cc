#include <errno.h>
#include <sys/mman.h>

#include <cstdio>
#include <string>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

void TestBounds(Checks& checks, const ProbeDevice& device) {
  const struct {
    const char* name;
    unsigned region;
    size_t bytes;
    long result;
  } cases[] = {
      {"mmap.mmio", 0, kMmioBytes, 0},
      {"mmap.mmio_shorter", 0, kPageBytes, 0},
      {"mmap.mmio_longer", 0, kMmioBytes + kPageBytes, -EINVAL},
      {"mmap.dus", 1, kDusBytes, 0},
      {"mmap.dus_shorter", 1, kDusBytes - kPageBytes, -EINVAL},
      {"mmap.dus_longer", 1, kDusBytes + kPageBytes, -EINVAL},
      {"mmap.region_2", 2, kPageBytes, -EINVAL},
      {"mmap.region_3", 3, kPageBytes, -EINVAL},
      {"mmap.region_1048576", 1048576, kPageBytes, -EINVAL},
  };
  for (const auto& c : cases) {
    const Fd queue = OpenQueue(device);
    checks.Equal(c.name, Mapping(queue, c.region, c.bytes).result(), c.result);
  }
  const Fd queue = OpenQueue(device);
  checks.Equal("mmap.to_read_alone",
               Mapping(queue, kRegionDus, kDusBytes, PROT_READ).result(), 0);
  const Fd other = OpenQueue(device);
  checks.Equal(
      "mmap.private",
      Mapping(other, kRegionMmio, kMmioBytes, PROT_READ, MAP_PRIVATE).result(),
      0);
}

void TestStates(Checks& checks, const ProbeDevice& device) {
  const Fd queue = OpenQueue(device);
  Mapping mmio(queue, kRegionMmio, kMmioBytes);
  checks.Equal("mmap.before_start", mmio.result(), 0);
  checks.Equal("mmap.the_same_region_again",
               Mapping(queue, kRegionMmio, kMmioBytes).result(), -EEXIST);
  checks.Equal("mmap.a_longer_one_again",
               Mapping(queue, kRegionMmio, 3 * kPageBytes).result(), -EEXIST);
  Start(queue);
  {
    Mapping dus(queue, kRegionDus, kDusBytes);
    checks.Equal("mmap.after_start", dus.result(), 0);
    dus.words()[0] = 0x1234;
    dus.words()[kDusBytes / 4 - 1] = 0x5678;
  }
  {
    Mapping dus(queue, kRegionDus, kDusBytes);
    checks.Equal("mmap.after_munmap", dus.result(), 0);
    checks.That(
        "mmap.memory_stays_with_the_queue",
        dus.words()[0] == 0x1234 && dus.words()[kDusBytes / 4 - 1] == 0x5678);
  }
  Put(queue);
  Mapping dus(queue, kRegionDus, kDusBytes);
  checks.Equal("mmap.after_put", dus.result(), 0);

  const Fd other = OpenQueue(device);
  Mapping other_dus(other, kRegionDus, kDusBytes);
  Mapping other_mmio(other, kRegionMmio, kMmioBytes);
  checks.Equal("mmap.of_another_queue", other_mmio.result(), 0);
  checks.That("mmap.each_queue_has_its_memory", other_dus.words()[0] == 0);
  mmio.words()[0] = 0x99;
  checks.Equal("mmap.what_the_driver_gave_to_both_is_shared",
               static_cast<long>(other_mmio.words()[0]), 0x99);
}

// The flags of the mapping at this address, as in smaps: " dc de ...".
std::string FlagsAt(const void* address) {
  const std::string maps = ReadFile("/proc/self/smaps").value_or("");
  char start[32];
  std::snprintf(start, sizeof(start), "\n%lx-",
                reinterpret_cast<unsigned long>(address));
  const size_t at = maps.find("VmFlags:", maps.find(start));
  return at == std::string::npos ? ""
                                 : maps.substr(at, maps.find('\n', at) - at);
}

void TestFlags(Checks& checks, const ProbeDevice& device) {
  const Fd queue = OpenQueue(device);
  Mapping dus(queue, kRegionDus, kDusBytes);
  const std::string flags = FlagsAt(dus.bytes());
  for (const char* flag : {"dc", "de", "wf"}) {
    checks.That(std::string("mmap.has_the_flag_") + flag,
                flags.find(std::string(" ") + flag) != std::string::npos,
                flags);
  }
}

}  // namespace

void TestMmap(Checks& checks) {
  ProbeDevice device(0);
  TestBounds(checks, device);
  TestStates(checks, device);
  TestFlags(checks, device);
}

void TestMremap(Checks& checks) {
  ProbeDevice device(0);
  const Fd queue = OpenQueue(device);
  Mapping dus(queue, kRegionDus, kDusBytes);
  void* grown = mremap(dus.bytes(), kDusBytes, 2 * kDusBytes, MREMAP_MAYMOVE);
  checks.Equal("mremap.to_grow", grown == MAP_FAILED ? -errno : 0, -EFAULT);

  void* room =
      mmap(nullptr, kDusBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void* moved = mremap(dus.bytes(), kDusBytes, kDusBytes,
                       MREMAP_MAYMOVE | MREMAP_FIXED, room);
  checks.Equal("mremap.to_move", moved == MAP_FAILED ? -errno : 0, -EPERM);
  if (moved != MAP_FAILED) {
    munmap(moved, kDusBytes);
    return;
  }
  dus.words()[0] = 0x77;
  checks.Equal("mremap.refused_leaves_it_in_place", SignalOfTouch(dus.words()),
               0);
  dus.Unmap();
  checks.Equal("mremap.refused_leaves_the_region_usable",
               Mapping(queue, kRegionDus, kDusBytes).result(), 0);
}

// A mapping can be cut in pieces: UADK's first version makes a part of the
// rings read-only.
void TestPieces(Checks& checks) {
  ProbeDevice device(0);
  const Fd queue = OpenQueue(device);
  {
    Mapping dus(queue, kRegionDus, kDusBytes);
    char* middle = dus.bytes() + kPageBytes;
    checks.Equal("pieces.mprotect_of_a_page",
                 ResultOf(mprotect(middle, kPageBytes, PROT_READ)), 0);
    checks.Equal("pieces.are_readable", SignalOfTouch(middle), 0);
    checks.Equal("pieces.are_still_one_region",
                 Mapping(queue, kRegionDus, kDusBytes).result(), -EEXIST);
  }
  checks.Equal("pieces.all_gone_frees_the_region",
               Mapping(queue, kRegionDus, kDusBytes).result(), 0);

  Mapping mmio(queue, kRegionMmio, kMmioBytes);
  Mapping dus(queue, kRegionDus, kDusBytes);
  // At page offset 1 of the file, as region 1 is.
  munmap(mmio.bytes() + kPageBytes, kPageBytes);
  checks.Equal("pieces.munmap_of_the_second_page_keeps_the_first",
               SignalOfTouch(mmio.bytes()), 0);
  checks.Equal("pieces.munmap_of_a_page_keeps_its_region",
               Mapping(queue, kRegionMmio, kMmioBytes).result(), -EEXIST);
  checks.Equal("pieces.munmap_of_a_page_keeps_the_other_region",
               Mapping(queue, kRegionDus, kDusBytes).result(), -EEXIST);
  mmio.Unmap();
  checks.Equal("pieces.munmap_of_the_rest_frees_the_region",
               Mapping(queue, kRegionMmio, kMmioBytes).result(), 0);
}

}  // namespace uacced::vm
