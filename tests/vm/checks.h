// Checks of a program that runs in a virtual machine without a test framework:
// each has a name, is printed, and is counted.
//
// One process alone counts: what a child finds out it tells its parent.
// Threads: one.
#ifndef UACCED_TESTS_VM_CHECKS_H_
#define UACCED_TESTS_VM_CHECKS_H_

#include <string>
#include <string_view>

namespace uacced::vm {

class Checks {
 public:
  // Prints "ok NAME" or "FAIL NAME (detail)".
  void That(std::string_view name, bool holds, const std::string& detail = "");
  void Equal(std::string_view name, long got, long want);
  void Equal(std::string_view name, const std::string& got,
             const std::string& want);
  // For a check that this kernel or this uacce has no occasion for.
  void Skip(std::string_view name, std::string_view why);

  // Prints the totals. The exit code: the failed checks, at most 100.
  int Finish() const;

 private:
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
};

// What a system call came to: 0 or -errno.
long ResultOf(long returned);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_CHECKS_H_
