#include "tests/bench/large_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"
#include "tests/bench/cpu_time.h"

namespace uacced::bench {
namespace {

// Blocks of one file, shared out among threads.
class BlockWork {
 public:
  BlockWork(int fd, size_t block_bytes) : fd_(fd), block_bytes_(block_bytes) {}

  void Run(std::unique_ptr<LibraryCodec> codec) {
    std::vector<char> block(block_bytes_);
    while (!failed_.load(std::memory_order_relaxed)) {
      const uint64_t index = next_.fetch_add(1, std::memory_order_relaxed);
      const ssize_t got = pread(fd_, block.data(), block.size(),
                                static_cast<off_t>(index * block_bytes_));
      if (got == 0) return;
      const absl::string_view output =
          got < 0 ? absl::string_view()
                  : codec->Run({block.data(), static_cast<size_t>(got)});
      if (output.empty()) {
        failed_ = true;
        return;
      }
      input_bytes_ += got;
      output_bytes_ += static_cast<int64_t>(output.size());
    }
  }

  bool failed() const { return failed_; }
  int64_t input_bytes() const { return input_bytes_; }
  int64_t output_bytes() const { return output_bytes_; }

 private:
  const int fd_;
  const size_t block_bytes_;
  std::atomic<uint64_t> next_{0};
  std::atomic<bool> failed_{false};
  std::atomic<int64_t> input_bytes_{0};
  std::atomic<int64_t> output_bytes_{0};
};

}  // namespace

std::string Vary(const std::string& corpus, int pass) {
  std::string varied = corpus;
  for (char& c : varied) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>('a' + (c - 'a' + pass) % 26);
    }
  }
  return varied;
}

absl::Status WriteLargeFile(const std::string& path, const std::string& corpus,
                            int64_t bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (int pass = 0; bytes > 0 && out; ++pass) {
    const std::string varied = Vary(corpus, pass % 26);
    const int64_t count =
        std::min<int64_t>(bytes, static_cast<int64_t>(varied.size()));
    out.write(varied.data(), count);
    bytes -= count;
  }
  out.close();
  return out ? absl::OkStatus() : ErrnoStatus(errno, "cannot write " + path);
}

absl::StatusOr<FileRound> RunLibraryOnFile(
    const std::function<std::unique_ptr<LibraryCodec>()>& make,
    const std::string& path, size_t block_bytes, int threads) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat file;
  if (!fd || fstat(fd.get(), &file) != 0) return ErrnoStatus(errno, path);
  const MonotonicClock clock;
  UACCED_ASSIGN_OR_RETURN(const int64_t cpu, ProcessCpuNs(0));
  const int64_t start = clock.NowNs();
  BlockWork work(fd.get(), block_bytes);
  std::vector<std::thread> workers;
  workers.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] { work.Run(make()); });
  }
  for (std::thread& worker : workers) worker.join();
  FileRound result;
  result.round.wall_ns = clock.NowNs() - start;
  UACCED_ASSIGN_OR_RETURN(const int64_t cpu_end, ProcessCpuNs(0));
  if (work.failed() || work.input_bytes() != file.st_size) {
    return absl::InternalError("the library failed on " + path);
  }
  result.round.client_cpu_ns = cpu_end - cpu;
  result.round.operations = 1;
  result.round.payload_bytes = work.input_bytes();
  result.output_bytes = work.output_bytes();
  return result;
}

}  // namespace uacced::bench
