#include "daemon/keys/key_encryption_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"

namespace uacced {
namespace {

constexpr size_t kHexDigits = 2 * KeyEncryptionKey::kBytes;
// One more than there may be, so that more is seen.
constexpr size_t kReadBytes = kHexDigits + 2;
static_assert(kReadBytes <= kSecretSlotBytes);

absl::Status Refused(absl::string_view what, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat(what, ": ", why));
}

int HexValue(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<uint8_t>(absl::ascii_tolower(c));
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// In place; false for what is not hexadecimal.
bool DecodeHex(hw::MutableBytes digits) {
  for (size_t i = 0; i < digits.size() / 2; ++i) {
    const int high = HexValue(digits[2 * i]);
    const int low = HexValue(digits[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    digits[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return true;
}

// Without O_NONBLOCK a FIFO would wait for a writer before it is refused.
absl::StatusOr<UniqueFd> OpenRegular(const std::string& path,
                                     const std::string& what,
                                     struct stat& file) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd || fstat(fd.get(), &file) != 0) return ErrnoStatus(errno, what);
  if (!S_ISREG(file.st_mode)) return Refused(what, "it is not a regular file");
  return fd;
}

}  // namespace

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::FromFile(
    const std::string& path) {
  const std::string what = absl::StrCat("key-encryption key ", path);
  struct stat file;
  UACCED_ASSIGN_OR_RETURN(const UniqueFd fd, OpenRegular(path, what, file));
  if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Refused(what, "others than its owner have access; chmod 600 it");
  }
  if (file.st_uid != geteuid() && file.st_uid != 0) {
    return Refused(what, absl::StrCat("it belongs to user ", file.st_uid,
                                      ", neither the daemon's nor root"));
  }
  return Read(fd.get(), what);
}

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::FromCredential(
    const std::string& name) {
  const std::string what = absl::StrCat("credential ", name);
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || folder[0] != '/') {
    return Refused(what,
                   "there is no CREDENTIALS_DIRECTORY; give the service "
                   "LoadCredential= for it, or configure key_file");
  }
  struct stat file;
  UACCED_ASSIGN_OR_RETURN(
      const UniqueFd fd,
      OpenRegular(absl::StrCat(folder, "/", name), what, file));
  return Read(fd.get(), what);
}

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::Read(
    int fd, const std::string& what) {
  UACCED_ASSIGN_OR_RETURN(const auto arena, SecretArena::Create(1));
  SecretSlot slot = arena->Take();
  const hw::MutableBytes text = slot.bytes().first(kReadBytes);
  size_t size_bytes = 0;
  while (size_bytes < text.size()) {
    const ssize_t n =
        read(fd, text.data() + size_bytes, text.size() - size_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, what);
    if (n == 0) break;
    size_bytes += static_cast<size_t>(n);
  }
  const bool line = size_bytes == kHexDigits + 1 && text[kHexDigits] == '\n';
  if (size_bytes != kBytes && size_bytes != kHexDigits && !line) {
    return Refused(what,
                   "it must have exactly 32 bytes, or 64 hexadecimal digits "
                   "and perhaps a newline; make one with: openssl rand -hex "
                   "32");
  }
  if (size_bytes != kBytes && !DecodeHex(text.first(kHexDigits))) {
    return Refused(what, "its 64 characters are not hexadecimal digits");
  }
  const hw::MutableBytes rest = slot.bytes().subspan(kBytes);
  OPENSSL_cleanse(rest.data(), rest.size());
  return KeyEncryptionKey(std::move(slot));
}

}  // namespace uacced
