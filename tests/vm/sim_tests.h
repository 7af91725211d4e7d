// The parts of uacce_sim_test. Each opens queues of its own.
#ifndef UACCED_TESTS_VM_SIM_TESTS_H_
#define UACCED_TESTS_VM_SIM_TESTS_H_

#include "tests/vm/checks.h"

namespace uacced::vm {

// sim_zip_test.cc
void TestZipBlocks(Checks& checks);
void TestZipLists(Checks& checks);
void TestZipStreams(Checks& checks);
void TestZipStreamsInTurns(Checks& checks);
void TestZipStreamErrors(Checks& checks);
void TestZipErrors(Checks& checks);

// sim_sec_*_test.cc
void TestSecCiphers(Checks& checks);
void TestSecAeads(Checks& checks);
void TestSecDigests(Checks& checks);
void TestSecType2(Checks& checks);
void TestSecErrors(Checks& checks);

// sim_ring_test.cc
void TestSysfs(Checks& checks);
void TestIoctls(Checks& checks);
void TestAllQueues(Checks& checks);
void TestLaps(Checks& checks);
void TestPoll(Checks& checks);
void TestLostDoorbells(Checks& checks);
void TestPreemptedWriter(Checks& checks);
void TestLatency(Checks& checks);

// sim_async_test.cc
void TestAsync(Checks& checks);

// sim_hostile_test.cc: `rounds` random descriptors for each kind of queue.
void TestHostile(Checks& checks, uint64_t seed, unsigned rounds);
void TestFaultingAddresses(Checks& checks);
void TestUnmapInFlight(Checks& checks);
void TestLongWork(Checks& checks);
void TestAbandonedStreams(Checks& checks);

// sim_process_test.cc
void TestKill(Checks& checks, unsigned rounds);
void TestFork(Checks& checks);
void TestCloseInFlight(Checks& checks);
void TestUnresolvedFault(Checks& checks);

// sim_fault_test.cc
void TestFaultRules(Checks& checks);
void TestStuck(Checks& checks);
void TestReset(Checks& checks);
void TestIsolation(Checks& checks);
void TestRemoval(Checks& checks);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_SIM_TESTS_H_
