#include "uacce/sysfs/sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <memory>
#include <system_error>
#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"

namespace uacced {
namespace {

constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxDevices = 1024;
constexpr size_t kMaxApiBytes = 63;
constexpr size_t kMaxAlgorithmsBytes = 4096;  // A page is all there can be.
constexpr size_t kMaxNumberBytes = 20;
constexpr int64_t kMaxRegionBytes = int64_t{64} << 20;
constexpr int64_t kMaxNode = 1023;

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

// "hisi_zip-10" comes after "hisi_zip-9".
auto SortKey(const std::string& name) {
  const size_t dash = name.rfind('-');
  const size_t end = dash == std::string::npos ? name.size() : dash;
  return std::make_tuple(name.substr(0, end), name.size(), name);
}

// Up to max_bytes + 1 of the file's bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t max_bytes) {
  // Without O_NONBLOCK a FIFO would wait for a writer.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return ErrnoStatus(errno, absl::StrCat("cannot read ", path));
  std::string text(max_bytes + 1, '\0');
  size_t size_bytes = 0;
  while (size_bytes < text.size()) {
    const ssize_t n =
        read(fd.get(), text.data() + size_bytes, text.size() - size_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, absl::StrCat("cannot read ", path));
    if (n == 0) break;
    size_bytes += static_cast<size_t>(n);
  }
  text.resize(size_bytes);
  return text;
}

bool IsPlainText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= ' ' && c <= '~') || c == '\n';
  });
}

bool IsGone(const std::string& path) {
  struct stat file;
  return stat(path.c_str(), &file) != 0 &&
         (errno == ENOENT || errno == ENODEV || errno == ENOTDIR);
}

}  // namespace

bool IsUacceName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string UacceSysfs::Path(absl::string_view name) const {
  return absl::StrCat(root_, "/", name);
}

absl::StatusOr<std::vector<std::string>> UacceSysfs::List() const {
  const Folder folder(opendir(root_.c_str()));
  if (folder == nullptr && errno == ENOENT) {
    return absl::NotFoundError(absl::StrCat(
        "there is no ", root_,
        ": the kernel has no uacce, or no driver of an accelerator is loaded "
        "(modprobe hisi_zip hisi_sec2)"));
  }
  if (folder == nullptr) {
    return ErrnoStatus(errno, absl::StrCat("cannot list ", root_));
  }
  std::vector<std::string> names;
  // Nobody else has this stream.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  while (const dirent* entry = readdir(folder.get())) {
    if (!IsUacceName(entry->d_name)) continue;
    if (names.size() == kMaxDevices) break;
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) {
              return SortKey(a) < SortKey(b);
            });
  return names;
}

absl::Status UacceSysfs::NoSuchDevice(absl::string_view name) const {
  const absl::StatusOr<std::vector<std::string>> names = List();
  if (!names.ok()) return absl::UnavailableError(names.status().message());
  return absl::UnavailableError(absl::StrCat(
      "there is no device ", name, " in ", root_,
      names->empty() ? ", nor any other"
                     : absl::StrCat(", but ", absl::StrJoin(*names, ", "))));
}

absl::StatusOr<UacceFacts> UacceSysfs::ReadFacts(absl::string_view name) const {
  if (!IsUacceName(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", absl::CHexEscape(name), "\" is no name of a device"));
  }
  if (IsGone(Path(name))) return NoSuchDevice(name);
  UacceFacts facts;
  facts.name = std::string(name);
  UACCED_ASSIGN_OR_RETURN(facts.api, ReadAttribute(name, "api", kMaxApiBytes));
  UACCED_ASSIGN_OR_RETURN(
      facts.algorithms, ReadAttribute(name, "algorithms", kMaxAlgorithmsBytes));
  UACCED_ASSIGN_OR_RETURN(
      const int64_t flags,
      ReadNumber(name, "flags", 0, std::numeric_limits<uint32_t>::max()));
  facts.flags = static_cast<uint32_t>(flags);
  UACCED_ASSIGN_OR_RETURN(facts.mmio_bytes,
                          ReadRegionSize(name, "region_mmio_size"));
  UACCED_ASSIGN_OR_RETURN(facts.dus_bytes,
                          ReadRegionSize(name, "region_dus_size"));
  // The rest does without.
  const absl::StatusOr<int64_t> node =
      ReadNumber(name, "device/numa_node", -1, kMaxNode);
  if (node.ok()) facts.numa_node = static_cast<int>(*node);
  const absl::StatusOr<int64_t> simulated =
      ReadNumber(name, "device/simulated", 0, 1);
  facts.simulated = simulated.ok() && *simulated == 1;
  return facts;
}

absl::StatusOr<uint32_t> UacceSysfs::ReadAvailableInstances(
    absl::string_view name) const {
  UACCED_ASSIGN_OR_RETURN(const int64_t count,
                          ReadNumber(name, "available_instances", 0,
                                     std::numeric_limits<int32_t>::max()));
  return static_cast<uint32_t>(count);
}

UacceSysfs::State UacceSysfs::Look(absl::string_view name) const {
  if (!IsUacceName(name) || IsGone(Path(name))) return State::kGone;
  const absl::StatusOr<int64_t> isolated = ReadNumber(name, "isolate", 0, 1);
  return isolated.ok() && *isolated == 1 ? State::kIsolated : State::kPresent;
}

absl::StatusOr<std::string> UacceSysfs::ReadAttribute(
    absl::string_view name, absl::string_view attribute,
    size_t max_bytes) const {
  const std::string path = absl::StrCat(Path(name), "/", attribute);
  // And its newline.
  absl::StatusOr<std::string> text = ReadFile(path, max_bytes + 1);
  if (!text.ok()) {
    if (IsGone(Path(name))) return NoSuchDevice(name);
    if (text.status().code() == absl::StatusCode::kNotFound) {
      return absl::NotFoundError(absl::StrCat(
          "there is no ", path, ": the driver of ", name, " does not have it"));
    }
    return text;
  }
  if (!text->empty() && text->back() == '\n') text->pop_back();
  if (text->size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has more than ", max_bytes, " bytes"));
  }
  if (!IsPlainText(*text)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " is no text: \"", absl::CHexEscape(text->substr(0, 64)), "\""));
  }
  return text;
}

absl::StatusOr<int64_t> UacceSysfs::ReadNumber(absl::string_view name,
                                               absl::string_view attribute,
                                               int64_t min, int64_t max) const {
  UACCED_ASSIGN_OR_RETURN(const std::string text,
                          ReadAttribute(name, attribute, kMaxNumberBytes));
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || value < min || value > max) {
    return absl::InvalidArgumentError(
        absl::StrCat(Path(name), "/", attribute, ": \"", absl::CHexEscape(text),
                     "\" is no number in ", min, "..", max));
  }
  return value;
}

// The attribute of a region that the device does not have is not there.
absl::StatusOr<size_t> UacceSysfs::ReadRegionSize(
    absl::string_view name, absl::string_view attribute) const {
  const absl::StatusOr<int64_t> size =
      ReadNumber(name, attribute, 1, kMaxRegionBytes);
  if (size.status().code() == absl::StatusCode::kNotFound) return size_t{0};
  if (!size.ok()) return size.status();
  if (*size % sysconf(_SC_PAGESIZE) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(Path(name), "/", attribute, ": ", *size,
                     " bytes are no whole pages of memory"));
  }
  return static_cast<size_t>(*size);
}

}  // namespace uacced
