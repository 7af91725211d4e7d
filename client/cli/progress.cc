#include "client/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "client/cli/signal_cleanup.h"

namespace uacced::cli {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kQuietNs = kSecondNs;
// The rate is that of the last seconds: the whole's hides a stall.
constexpr int64_t kRateWindowNs = 5 * kSecondNs;
constexpr size_t kMinBarColumns = 10;
constexpr size_t kMaxBarColumns = 40;
constexpr size_t kUsualColumns = 80;
constexpr double kMaxShownSeconds = 359'999;  // 99:59:59
constexpr char kClearLine[] = "\r\033[K";

std::string Size(double bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB",
                                                 "TiB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return absl::StrFormat("%.*f %s", unit == 0 ? 0 : 1, bytes, kUnits[unit]);
}

std::string Time(double seconds) {
  const auto whole = static_cast<int>(std::min(seconds, kMaxShownSeconds));
  const int hours = whole / 3600;
  const int minutes = whole / 60 % 60;
  if (hours > 0) {
    return absl::StrFormat("%d:%02d:%02d", hours, minutes, whole % 60);
  }
  return absl::StrFormat("%d:%02d", minutes, whole % 60);
}

std::string Bar(double fraction, size_t columns) {
  const size_t inner = columns - 2;
  const auto full = std::min(
      inner, static_cast<size_t>(fraction * static_cast<double>(inner)));
  return absl::StrCat("[", std::string(full, '#'),
                      std::string(inner - full, '.'), "]");
}

void Write(int fd, absl::string_view text) {
  // A bar that cannot be drawn is no reason to stop.
  if (write(fd, text.data(), text.size()) < 0) errno = 0;
}

}  // namespace

std::string ProgressLine(const ProgressFacts& facts, size_t columns) {
  const auto done = static_cast<double>(facts.done_bytes);
  const std::string rate = absl::StrCat(Size(facts.bytes_per_second), "/s");
  if (!facts.total_bytes) {
    return absl::StrCat(Size(done), "  ", rate, "  ",
                        Time(facts.elapsed_seconds))
        .substr(0, columns);
  }
  // A file may have grown since it was opened.
  const auto total =
      static_cast<double>(std::max(*facts.total_bytes, facts.done_bytes));
  const double fraction = total == 0 ? 1 : done / total;
  std::string left = "-:--";
  if (facts.bytes_per_second > 0) {
    left = Time(std::ceil((total - done) / facts.bytes_per_second));
  }
  const std::string head = absl::StrFormat(
      "%s of %s %3.0f %%", Size(done), Size(total), std::floor(fraction * 100));
  const std::string tail = absl::StrCat(rate, "  ", left, " left");
  const size_t text_columns = head.size() + tail.size() + 4;
  if (text_columns + kMinBarColumns > columns) {
    return absl::StrCat(head, "  ", tail).substr(0, columns);
  }
  return absl::StrCat(
      head, "  ",
      Bar(fraction, std::min(columns - text_columns, kMaxBarColumns)), "  ",
      tail);
}

Progress::Progress(int fd, std::optional<uint64_t> total_bytes,
                   const Clock& clock)
    : fd_(fd),
      total_bytes_(total_bytes),
      clock_(clock),
      start_ns_(clock.NowNs()) {
  samples_.push_back({start_ns_, 0});
}

Progress::~Progress() {
  if (!drawn_) return;
  Write(fd_, kClearLine);
  ClearLineOnSignal(false);
}

bool Progress::IsPossible() {
  const char* const terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && terminal != nullptr &&
         absl::string_view(terminal) != "dumb";
}

void Progress::Update(uint64_t done_bytes) {
  const int64_t now_ns = clock_.NowNs();
  while (samples_.size() > 1 && samples_[1].time_ns + kRateWindowNs <= now_ns) {
    samples_.pop_front();
  }
  const Sample& oldest = samples_.front();
  const int64_t window_ns = std::max<int64_t>(now_ns - oldest.time_ns, 1);
  const double rate = static_cast<double>(done_bytes - oldest.done_bytes) *
                      kSecondNs / static_cast<double>(window_ns);
  samples_.push_back({now_ns, done_bytes});
  if (now_ns - start_ns_ < kQuietNs) return;
  winsize size = {};
  const bool known = ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  // The last column stays free: some terminals wrap when it is written.
  const size_t columns = (known ? size.ws_col : kUsualColumns) - 1;
  if (!drawn_) ClearLineOnSignal(true);
  drawn_ = true;
  Write(fd_,
        absl::StrCat(
            kClearLine,
            ProgressLine({done_bytes, total_bytes_, rate,
                          static_cast<double>(now_ns - start_ns_) / kSecondNs},
                         columns)));
}

}  // namespace uacced::cli
