// The parts of uacce_abi_test. Each adds the devices it needs to slots of the
// driver, which it finds empty and leaves empty.
#ifndef UACCED_TESTS_VM_ABI_TESTS_H_
#define UACCED_TESTS_VM_ABI_TESTS_H_

#include "tests/vm/checks.h"

namespace uacced::vm {

void TestSysfs(Checks& checks);
void TestOpen(Checks& checks);
void TestIoctl(Checks& checks);
void TestPoll(Checks& checks);
void TestMmap(Checks& checks);
void TestMremap(Checks& checks);
void TestPieces(Checks& checks);
void TestDoFork(Checks& checks);
void TestProcesses(Checks& checks);
void TestRemoval(Checks& checks);
void TestRemovalRace(Checks& checks);
void TestSoftwareSva(Checks& checks);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_ABI_TESTS_H_
