#include "tests/bench/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace uacced::bench {
namespace {

namespace fs = std::filesystem;

// A file beyond this is left out: one large header must not be the corpus.
constexpr uintmax_t kMaxFileBytes = 256 << 10;

std::vector<fs::path> RegularFiles(const std::string& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator it(
      directory, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (fs::is_symlink(it->symlink_status(ignored))) continue;
    if (!it->is_regular_file(ignored)) continue;
    if (it->file_size(ignored) <= kMaxFileBytes) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<std::string> ReadCorpus(
    const std::vector<std::string>& directories, size_t bytes) {
  std::string corpus;
  for (const std::string& directory : directories) {
    for (const fs::path& file : RegularFiles(directory)) {
      std::ifstream in(file, std::ios::binary);
      corpus.append(std::istreambuf_iterator<char>(in), {});
      if (corpus.size() >= bytes) {
        corpus.resize(bytes);
        return corpus;
      }
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("only ", corpus.size(), " of ", bytes,
                   " bytes of text found: is libc6-dev installed?"));
}

std::vector<std::string> CutBlocks(const std::string& corpus,
                                   size_t block_bytes, size_t max_count) {
  const size_t count = std::min(max_count, corpus.size() / block_bytes);
  const size_t stride = corpus.size() / count;
  std::vector<std::string> blocks;
  blocks.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    blocks.push_back(corpus.substr(i * stride, block_bytes));
  }
  return blocks;
}

}  // namespace uacced::bench
