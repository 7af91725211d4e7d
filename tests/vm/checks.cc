#include "tests/vm/checks.h"

#include <errno.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace uacced::vm {
namespace {

// The console should say in one line what is what.
std::string Printable(const std::string& text) {
  std::string printable;
  for (const char c : text) {
    printable += c == '\n' ? '|' : c;
  }
  return printable;
}

}  // namespace

void Checks::That(std::string_view name, bool holds,
                  const std::string& detail) {
  const int length = static_cast<int>(name.size());
  if (holds) {
    ++passed_;
    std::printf("ok %.*s\n", length, name.data());
  } else {
    ++failed_;
    std::printf("FAIL %.*s (%s)\n", length, name.data(),
                Printable(detail).c_str());
  }
  std::fflush(stdout);
}

void Checks::Equal(std::string_view name, long got, long want) {
  That(name, got == want,
       "got " + std::to_string(got) + ", not " + std::to_string(want));
}

void Checks::Equal(std::string_view name, const std::string& got,
                   const std::string& want) {
  That(name, got == want, "got \"" + got + "\", not \"" + want + "\"");
}

void Checks::Skip(std::string_view name, std::string_view why) {
  ++skipped_;
  std::printf("skip %.*s (%.*s)\n", static_cast<int>(name.size()), name.data(),
              static_cast<int>(why.size()), why.data());
  std::fflush(stdout);
}

int Checks::Finish() const {
  std::printf("%d passed, %d failed, %d skipped\n", passed_, failed_, skipped_);
  std::fflush(stdout);
  return std::min(failed_, 100);
}

long ResultOf(long returned) { return returned < 0 ? -errno : 0; }

}  // namespace uacced::vm
