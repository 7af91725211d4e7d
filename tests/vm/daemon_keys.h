// Keys of a daemon whose bytes this program knows, too.
#ifndef UACCED_TESTS_VM_DAEMON_KEYS_H_
#define UACCED_TESTS_VM_DAEMON_KEYS_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "client/cpp/client.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {

// "unix:..." of the variable UACCED_SERVER, as uaccectl takes it.
std::string ServerOfEnvironment();

// Imports keys, each once, under names that follow from use and bytes; so a key
// that is there already is the same one.
//
// Threads: one.
// Errors:  end the program, with a line that says why.
class DaemonKeys {
 public:
  enum class Source {
    kImport,
    kThere,  // Another process has imported them: nothing is asked.
  };

  explicit DaemonKeys(Source source = Source::kImport);

  // The names of such keys. Whoever encrypts brings the nonce.
  std::string Cipher(v1::CipherAlgorithm algorithm, std::string_view material);
  std::string Hmac(v1::HashAlgorithm algorithm, std::string_view material);

 private:
  std::string Import(v1::ImportKeyRequest request, std::string_view use,
                     std::string_view material);

  const std::unique_ptr<client::Client> client_;  // null: kThere
  std::map<std::string, std::string> names_;      // by use and bytes
};

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_DAEMON_KEYS_H_
