// Feeds files, and all prefixes of small ones, to a fuzz target: the corpus as
// an ordinary test, with any compiler. Fails when it is given no file.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kMaxPrefixBytes = 1024;

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "no files to replay\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::vector<char> file((std::istreambuf_iterator<char>(in)), {});
    if (!in || file.empty()) {
      std::fprintf(stderr, "cannot read %s\n", argv[i]);
      return 1;
    }
    std::printf("%s\n", argv[i]);
    std::fflush(stdout);  // The last line names the culprit of a crash.
    const size_t prefixes =
        file.size() < kMaxPrefixBytes ? file.size() : kMaxPrefixBytes;
    for (size_t size = 0; size <= prefixes; ++size) {
      // A copy of just that size, so that ASan sees reads past its end.
      const std::vector<uint8_t> prefix(file.begin(), file.begin() + size);
      LLVMFuzzerTestOneInput(prefix.data(), prefix.size());
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(file.data()),
                           file.size());
  }
  return 0;
}
