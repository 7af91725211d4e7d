// The whole user ABI of uacce, tried on devices of the driver uacce_probe. Runs
// as root on a kernel that has both modules and debugfs. The same program runs
// on mainline's uacce: what fails there is in oracle-6.1.txt, with the reason.
//
// Arguments: parts that are left out, because they would crash that kernel.
// The exit code is the number of checks that failed, 0 to 100.
#include <algorithm>
#include <string_view>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"

namespace uacced::vm {
namespace {

constexpr struct {
  std::string_view name;
  void (*run)(Checks& checks);
} kParts[] = {
    {"sysfs", TestSysfs},      {"open", TestOpen},
    {"ioctl", TestIoctl},      {"poll", TestPoll},
    {"mmap", TestMmap},        {"mremap", TestMremap},
    {"pieces", TestPieces},    {"processes", TestProcesses},
    {"dofork", TestDoFork},    {"removal", TestRemoval},
    {"race", TestRemovalRace}, {"sva", TestSoftwareSva},
};

}  // namespace
}  // namespace uacced::vm

int main(int argc, char** argv) {
  uacced::vm::Checks checks;
  for (const auto& part : uacced::vm::kParts) {
    if (std::find(argv + 1, argv + argc, part.name) != argv + argc) {
      checks.Skip(part.name, "left out");
    } else {
      part.run(checks);
    }
  }
  return checks.Finish();
}
