#include "tests/vm/daemon_keys.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/vm/reference_crypto.h"
#include "uacced/v1/keys.pb.h"

namespace uacced::vm {
namespace {

void RequireOk(const absl::Status& status) {
  if (status.ok()) return;
  std::printf("FAIL %s\n", status.ToString().c_str());
  std::exit(1);
}

std::unique_ptr<client::Client> Connect() {
  auto client = client::Client::Connect({.server = ServerOfEnvironment()});
  RequireOk(client.status());
  return *std::move(client);
}

}  // namespace

std::string ServerOfEnvironment() {
  const char* server = std::getenv("UACCED_SERVER");
  return server == nullptr ? client::ClientOptions().server : server;
}

DaemonKeys::DaemonKeys(Source source)
    : client_(source == Source::kImport ? Connect() : nullptr) {}

std::string DaemonKeys::Cipher(v1::CipherAlgorithm algorithm,
                               std::string_view material) {
  v1::ImportKeyRequest request;
  request.set_cipher(algorithm);
  request.set_caller_nonce(true);
  return Import(std::move(request), v1::CipherAlgorithm_Name(algorithm),
                material);
}

std::string DaemonKeys::Hmac(v1::HashAlgorithm algorithm,
                             std::string_view material) {
  v1::ImportKeyRequest request;
  request.set_hmac(algorithm);
  return Import(std::move(request), v1::HashAlgorithm_Name(algorithm),
                material);
}

std::string DaemonKeys::Import(v1::ImportKeyRequest request,
                               std::string_view use,
                               std::string_view material) {
  const std::string whole =
      absl::StrCat(absl::string_view(use.data(), use.size()), ":",
                   absl::string_view(material.data(), material.size()));
  std::string& name = names_[whole];
  if (!name.empty()) return name;
  // 128 bits of a hash: a name has at most 64 characters.
  const HashKind& sha256 = HashKinds()[2];
  name = absl::StrCat(
      "vm-", absl::BytesToHexString(Digest(sha256, whole).substr(0, 16)));
  if (client_ == nullptr) return name;
  request.set_name(name);
  request.set_material(std::string(material));
  const absl::Status status = client_->Call(request).status();
  if (!absl::IsAlreadyExists(status)) RequireOk(status);
  return name;
}

}  // namespace uacced::vm
