#ifndef UACCED_BASE_VERSION_H_
#define UACCED_BASE_VERSION_H_

namespace uacced {

// Of the daemon, the client and the package. CHANGELOG.md has its history.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace uacced

#endif  // UACCED_BASE_VERSION_H_
