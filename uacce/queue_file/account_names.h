// Names of users and groups, for messages.
//
// Threads: thread-safe.
#ifndef UACCED_UACCE_QUEUE_FILE_ACCOUNT_NAMES_H_
#define UACCED_UACCE_QUEUE_FILE_ACCOUNT_NAMES_H_

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

#include <array>
#include <string>

namespace uacced {

// The number when it has no name.
inline std::string UserName(uid_t uid) {
  std::array<char, 4096> buffer;
  passwd entry;
  passwd* found = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::to_string(uid) : found->pw_name;
}

inline std::string GroupName(gid_t gid) {
  std::array<char, 4096> buffer;
  group entry;
  group* found = nullptr;
  getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::to_string(gid) : found->gr_name;
}

}  // namespace uacced

#endif  // UACCED_UACCE_QUEUE_FILE_ACCOUNT_NAMES_H_
