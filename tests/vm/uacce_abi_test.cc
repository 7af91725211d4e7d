// The whole user ABI of uacce, tried on devices of the driver uacce_probe. Runs
// as root on a kernel that has both modules and debugfs. The same program runs
// on mainline's uacce: what fails there is in oracle-6.1.txt, with the reason.
//
// The exit code is the number of checks that failed, 0 to 100.
#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"

int main() {
  uacced::vm::Checks checks;
  uacced::vm::TestSysfs(checks);
  uacced::vm::TestOpen(checks);
  uacced::vm::TestIoctl(checks);
  uacced::vm::TestPoll(checks);
  uacced::vm::TestMmap(checks);
  uacced::vm::TestMmapPieces(checks);
  uacced::vm::TestProcesses(checks);
  uacced::vm::TestRemoval(checks);
  uacced::vm::TestRemovalRace(checks);
  uacced::vm::TestSoftwareSva(checks);
  return checks.Finish();
}
