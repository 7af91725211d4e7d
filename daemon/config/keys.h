// The rules of `keys`.
#ifndef UACCED_DAEMON_CONFIG_KEYS_H_
#define UACCED_DAEMON_CONFIG_KEYS_H_

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace uacced {

// `section` is the v1::KeyStore. What is wrong is reported there.
KeysConfig ReadKeys(const Section& section);

}  // namespace uacced

#endif  // UACCED_DAEMON_CONFIG_KEYS_H_
