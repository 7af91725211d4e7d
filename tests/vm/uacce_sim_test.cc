// The simulated accelerators, driven by hand: what they compute, against zlib
// and OpenSSL; rings, doorbells, processes that die, addresses and descriptors
// that make no sense, faults. Runs as root on a kernel that has uacce_sim and
// debugfs.
//
// usage: uacce_sim_test [SEED [ROUNDS]]
//
// The exit code is the number of checks that failed, 0 to 100.
#include <cstdio>
#include <cstdlib>

#include "tests/vm/checks.h"
#include "tests/vm/sim_tests.h"

int main(int argc, char** argv) {
  const unsigned long seed = argc > 1 ? std::strtoul(argv[1], nullptr, 0) : 1;
  const unsigned rounds =
      argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 0)) : 500;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("# seed %lu, %u rounds\n", seed, rounds);
  uacced::vm::Checks checks;
  uacced::vm::TestSysfs(checks);
  uacced::vm::TestIoctls(checks);
  uacced::vm::TestAllQueues(checks);
  uacced::vm::TestZipBlocks(checks);
  uacced::vm::TestZipLists(checks);
  uacced::vm::TestZipStreams(checks);
  uacced::vm::TestZipStreamsInTurns(checks);
  uacced::vm::TestZipStreamErrors(checks);
  uacced::vm::TestZipErrors(checks);
  uacced::vm::TestSecCiphers(checks);
  uacced::vm::TestSecAeads(checks);
  uacced::vm::TestSecDigests(checks);
  uacced::vm::TestSecType2(checks);
  uacced::vm::TestSecErrors(checks);
  uacced::vm::TestLaps(checks);
  uacced::vm::TestPoll(checks);
  uacced::vm::TestLostDoorbells(checks);
  uacced::vm::TestPreemptedWriter(checks);
  uacced::vm::TestAsync(checks);
  uacced::vm::TestLatency(checks);
  uacced::vm::TestFaultingAddresses(checks);
  uacced::vm::TestUnmapInFlight(checks);
  uacced::vm::TestLongWork(checks);
  uacced::vm::TestAbandonedStreams(checks);
  uacced::vm::TestHostile(checks, seed, rounds);
  uacced::vm::TestCloseInFlight(checks);
  uacced::vm::TestUnresolvedFault(checks);
  uacced::vm::TestFork(checks);
  uacced::vm::TestKill(checks, 30);
  uacced::vm::TestFaultRules(checks);
  uacced::vm::TestStuck(checks);
  uacced::vm::TestReset(checks);
  uacced::vm::TestIsolation(checks);
  uacced::vm::TestRemoval(checks);
  return checks.Finish();
}
