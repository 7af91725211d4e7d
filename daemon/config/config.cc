#include "daemon/config/config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"
#include "daemon/config/devices.h"
#include "daemon/config/keys.h"
#include "daemon/config/listeners.h"
#include "daemon/config/policy.h"
#include "daemon/config/section.h"
#include "uacced/v1/config.pb.h"

namespace uacced {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint32_t kMaxReplyThreads = 64;
constexpr uint32_t kMaxReactors = 64;

uint32_t Number32(const Section& section, int field, const Range& range) {
  return static_cast<uint32_t>(section.Number(field, range));
}

// Input and output of one request. Compression may make its input a little
// larger (hw/output_room.h).
uint64_t LargestJobBytes(const LimitsConfig& limits, bool has_hardware) {
  const uint64_t compressed =
      limits.max_message_bytes + limits.max_message_bytes / 128 + 4096;
  // What was compressed may be decompressed again, to verify it; what an
  // accelerator decompressed may be decompressed once more.
  return limits.max_message_bytes +
         std::max<uint64_t>(limits.max_output_bytes * (has_hardware ? 2 : 1),
                            compressed + limits.max_message_bytes);
}

void CheckMaxBytes(const LimitsConfig& limits, bool has_hardware,
                   const Section& section) {
  const uint64_t one_job = LargestJobBytes(limits, has_hardware);
  if (limits.max_bytes >= one_job) return;
  section.Problem(v1::Limits::kMaxBytesFieldNumber,
                  absl::StrCat(limits.max_bytes, " is less than ", one_job,
                               ", what the largest request takes with this "
                               "max_message_bytes and max_output_bytes"));
}

LimitsConfig ReadLimits(const Section& section) {
  using Fields = v1::Limits;
  constexpr Range kMessage = {4096, kGiB, 64 * kMiB};
  constexpr Range kPeriodMs = {1000, 3'600'000, 0};
  const auto milliseconds = [&](int field, uint64_t default_ms) {
    return absl::Milliseconds(
        section.Number(field, {kPeriodMs.min, kPeriodMs.max, default_ms}));
  };
  LimitsConfig limits;
  limits.max_message_bytes =
      section.Number(Fields::kMaxMessageBytesFieldNumber, kMessage);
  limits.max_output_bytes =
      section.Number(Fields::kMaxOutputBytesFieldNumber, kMessage);
  limits.max_jobs =
      Number32(section, Fields::kMaxJobsFieldNumber, {1, 65'536, 4096});
  limits.max_bytes = section.Number(Fields::kMaxBytesFieldNumber,
                                    {1, 1024 * kGiB, 512 * kMiB});
  limits.max_connections =
      Number32(section, Fields::kMaxConnectionsFieldNumber, {1, 65'536, 1024});
  limits.max_jobs_per_connection = Number32(
      section, Fields::kMaxJobsPerConnectionFieldNumber, {1, 65'536, 1024});
  limits.max_connection_age =
      milliseconds(Fields::kMaxConnectionAgeMsFieldNumber, 30'000);
  limits.max_connection_idle =
      milliseconds(Fields::kMaxConnectionIdleMsFieldNumber, 60'000);
  // As long as the longest stream may take: gRPC closes the connection under
  // it. Who stalls is found by max_stream_stall.
  limits.max_connection_grace = absl::Milliseconds(section.Number(
      Fields::kMaxConnectionGraceMsFieldNumber, {1000, 86'400'000, 3'600'000}));
  limits.max_stream_stall =
      milliseconds(Fields::kMaxStreamStallMsFieldNumber, 60'000);

  limits.max_jobs_per_stream = Number32(
      section, Fields::kMaxJobsPerStreamFieldNumber, {1, 65'536, 1024});
  limits.max_bytes_per_stream = section.Number(
      Fields::kMaxBytesPerStreamFieldNumber, {kMiB, 1024 * kGiB, 32 * kMiB});

  return limits;
}

ReactorConfig ReadReactor(const Section& section, uint32_t cpu_count) {
  using Fields = v1::Reactor;
  ReactorConfig reactor;
  reactor.count =
      section.Has(Fields::kCountFieldNumber)
          ? Number32(section, Fields::kCountFieldNumber, {1, kMaxReactors, 1})
          : 0;
  reactor.spin = absl::Microseconds(
      section.Number(Fields::kSpinUsFieldNumber, {0, 10'000, 0}));
  reactor.inbox_entries = std::bit_ceil(
      Number32(section, Fields::kInboxEntriesFieldNumber, {2, 65'536, 4096}));
  reactor.reply_threads =
      Number32(section, Fields::kReplyThreadsFieldNumber,
               {1, kMaxReplyThreads,
                std::clamp<uint32_t>(cpu_count / 4, 1, kMaxReplyThreads)});
  reactor.inline_reply_bytes = Number32(
      section, Fields::kInlineReplyBytesFieldNumber, {0, 1'048'576, 65'536});
  return reactor;
}

MemoryConfig ReadMemory(const Section& section,
                        const std::vector<DeviceConfig>& devices) {
  const bool has_queue_files = std::any_of(
      devices.begin(), devices.end(), [](const DeviceConfig& device) {
        return std::holds_alternative<UacceConfig>(device);
      });
  return {.pool_bytes = kMiB * section.Number(
                                   v1::Memory::kPoolMibFieldNumber,
                                   {0, 1'048'576, has_queue_files ? 64u : 0u})};
}

LogLevel ToLogLevel(v1::Log::Level level) {
  switch (level) {
    case v1::Log::DEBUG:
      return LogLevel::kDebug;
    case v1::Log::WARNING:
      return LogLevel::kWarning;
    case v1::Log::ERROR:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

// At most kMaxConfigBytes + 1 bytes.
absl::StatusOr<std::string> ReadAll(int fd, const std::string& what) {
  std::string text(kMaxConfigBytes + 1, '\0');
  size_t size_bytes = 0;
  while (size_bytes < text.size()) {
    const ssize_t n =
        read(fd, text.data() + size_bytes, text.size() - size_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, what);
    if (n == 0) break;
    size_bytes += static_cast<size_t>(n);
  }
  text.resize(size_bytes);
  return text;
}

}  // namespace

bool HasFallback(const Config& config) {
  return config.policy.fallback_workers > 0 &&
         std::any_of(config.devices.begin(), config.devices.end(), IsHardware);
}

absl::StatusOr<Config> ParseConfig(absl::string_view text,
                                   absl::string_view file_name,
                                   uint32_t cpu_count) {
  if (text.size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_name, ": has more than ", kMaxConfigBytes, " bytes"));
  }
  Problems problems(file_name);
  v1::Config proto;
  Section::Positions positions;
  ParseText(text, proto, positions, problems);
  // Rules would only complain of what the parser has left out.
  UACCED_RETURN_IF_ERROR(problems.ToStatus());

  using Fields = v1::Config;
  const Section file(proto, positions, problems);
  Config config;
  config.listeners = ReadListeners(file);
  config.metrics = ReadMetrics(file, config.listeners);
  config.limits = ReadLimits(file.Nested(Fields::kLimitsFieldNumber));
  config.reactor =
      ReadReactor(file.Nested(Fields::kReactorFieldNumber), cpu_count);
  config.devices = ReadDevices(proto, file, cpu_count, config.reactor.count);
  CheckMaxBytes(
      config.limits,
      std::any_of(config.devices.begin(), config.devices.end(), IsHardware),
      file.Nested(Fields::kLimitsFieldNumber));
  config.policy = ReadPolicy(proto, file, config.devices, cpu_count);
  config.keys = ReadKeys(file.Nested(Fields::kKeysFieldNumber));
  config.memory =
      ReadMemory(file.Nested(Fields::kMemoryFieldNumber), config.devices);
  config.shutdown.drain_timeout =
      absl::Milliseconds(file.Nested(Fields::kShutdownFieldNumber)
                             .Number(v1::Shutdown::kDrainTimeoutMsFieldNumber,
                                     {0, 600'000, 10'000}));
  config.log_level = ToLogLevel(proto.log().level());
  UACCED_RETURN_IF_ERROR(problems.ToStatus());
  return config;
}

absl::StatusOr<Config> LoadConfig(const std::string& path, uint32_t cpu_count) {
  const std::string what = absl::StrCat("cannot read ", path);
  // Without O_NONBLOCK a FIFO would wait for a writer before it is refused.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return ErrnoStatus(errno, what);
  struct stat file;
  if (fstat(fd.get(), &file) != 0) return ErrnoStatus(errno, what);
  if (!S_ISREG(file.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, S_ISDIR(file.st_mode) ? ": it is a directory"
                                    : ": it is not a regular file"));
  }
  UACCED_ASSIGN_OR_RETURN(const std::string text, ReadAll(fd.get(), what));
  return ParseConfig(text, path, cpu_count);
}

}  // namespace uacced
