// encrypt and decrypt, in the format of docs/encrypted-file.md.
#include <sys/random.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "client/cli/encrypted_file.h"
#include "client/cli/files.h"
#include "client/cli/names.h"
#include "client/cli/session.h"

namespace uacced::cli {
namespace {

// What encrypting needs to know of a key before it does: the header names the
// algorithm and is authenticated.
absl::StatusOr<v1::Key> FindCipherKey(const Session& session) {
  const std::string& name = session.options.key;
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(v1::ListKeysRequest(), "encrypt"));
  for (const v1::Key& key : response.keys()) {
    if (key.name() != name) continue;
    if (key.use_case() != v1::Key::kCipher || NonceBytes(key.cipher()) == 0) {
      return Fail(
          ExitCode::kFailure,
          absl::StrCat("encrypt: key ", name, " is for ", AlgorithmName(key),
                       "; uaccectl keys create makes one for ciphers"));
    }
    return key;
  }
  return Fail(ExitCode::kNotFound,
              absl::StrCat("encrypt: no key ", name,
                           "; uaccectl keys list shows those there are"));
}

absl::Status CheckAlgorithm(const Options& options, absl::string_view subject,
                            v1::CipherAlgorithm cipher) {
  const absl::string_view name = Name(cipher);
  if (!options.algorithm.empty() && options.algorithm != name) {
    return Fail(ExitCode::kFailure,
                absl::StrCat(subject, ": is for ", name, ", not ",
                             options.algorithm, "; leave -a out"));
  }
  if (!IsAuthenticated(cipher) && !options.allow_unauthenticated) {
    return Fail(ExitCode::kPermission,
                absl::StrCat(subject, ": ", name,
                             " does not detect changes; if that is meant, say "
                             "--allow-unauthenticated"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> RandomNonce(size_t bytes) {
  std::string nonce(bytes, '\0');
  // Up to 256 bytes come at once or not at all.
  if (getrandom(nonce.data(), bytes, 0) != static_cast<ssize_t>(bytes)) {
    return ErrnoStatus(errno, "getrandom");
  }
  return nonce;
}

absl::StatusOr<v1::EncryptRequest> MakeEncryptRequest(const Options& options,
                                                      const v1::Key& key) {
  v1::EncryptRequest request;
  request.set_key(key.name());
  request.set_algorithm(key.cipher());
  request.set_allow_unauthenticated(options.allow_unauthenticated);
  if (IsAuthenticated(key.cipher())) {
    request.set_associated_data(AssociatedData(AlgorithmName(key), key.name()));
  }
  if (key.caller_nonce()) {
    UACCED_ASSIGN_OR_RETURN(*request.mutable_nonce(),
                            RandomNonce(NonceBytes(key.cipher())));
  }
  return request;
}

absl::Status DescribeDecryptError(const absl::Status& error,
                                  const std::string& in,
                                  absl::string_view server) {
  // All that a decrypt request carries comes from the file, so whatever the
  // daemon finds wrong with it is the file's fault.
  if (error.code() == absl::StatusCode::kInvalidArgument) {
    return Fail(ExitCode::kCorrupt,
                absl::StrCat(InputName(in), ": ", error.message(),
                             "; the file was changed or this is not its key"));
  }
  return DescribeCallError(error, InputName(in), server);
}

}  // namespace

absl::Status RunEncrypt(const Session& session) {
  const Options& options = session.options;
  const std::string& in = options.arguments[0];
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  if (!options.force && out->IsTerminal()) {
    return Fail(ExitCode::kFailure,
                "encrypt: encrypted data is not for a terminal; -o FILE "
                "writes a file, --force writes it all the same");
  }
  UACCED_ASSIGN_OR_RETURN(const v1::Key key, FindCipherKey(session));
  UACCED_RETURN_IF_ERROR(
      CheckAlgorithm(options, absl::StrCat("key ", key.name()), key.cipher()));
  UACCED_ASSIGN_OR_RETURN(auto request, MakeEncryptRequest(options, key));
  UACCED_ASSIGN_OR_RETURN(*request.mutable_plaintext(),
                          ReadInput(in, kMaxInputBytes));
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, InputName(in)));
  const std::string header = SerializeHeader({std::string(AlgorithmName(key)),
                                              key.name(),
                                              response.nonce(),
                                              response.tag(),
                                              {}});
  // A file that decrypt would refuse must not come into being.
  const auto readable = ParseEncryptedFile(header);
  if (!readable.ok()) {
    return Fail(ExitCode::kFailure,
                absl::StrCat("encrypt: the daemon's answer cannot be stored: ",
                             readable.status().message()));
  }
  UACCED_RETURN_IF_ERROR(out->Commit(header, response.ciphertext()));
  ReportExecution(options, response.execution(),
                  {std::string(InputName(in)), request.plaintext().size(),
                   header.size() + response.ciphertext().size()});
  return absl::OkStatus();
}

absl::Status RunDecrypt(const Session& session) {
  const Options& options = session.options;
  const std::string& in = options.arguments[0];
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  UACCED_ASSIGN_OR_RETURN(
      const std::string contents,
      ReadInput(in, kMaxInputBytes + kMaxEncryptedHeaderBytes));
  const auto file = ParseEncryptedFile(contents);
  if (!file.ok()) {
    return Fail(ExitCode::kCorrupt,
                absl::StrCat(InputName(in), ": ", file.status().message()));
  }
  const v1::CipherAlgorithm cipher = *CipherByName(file->algorithm);
  UACCED_RETURN_IF_ERROR(CheckAlgorithm(options, InputName(in), cipher));

  v1::DecryptRequest request;
  request.set_key(options.key.empty() ? file->key : options.key);
  request.set_algorithm(cipher);
  request.set_nonce(file->nonce);
  request.set_tag(file->tag);
  request.set_allow_unauthenticated(options.allow_unauthenticated);
  if (IsAuthenticated(cipher)) {
    request.set_associated_data(AssociatedData(file->algorithm, file->key));
  }
  request.set_ciphertext(file->ciphertext.data(), file->ciphertext.size());
  const auto response = session.client.Call(request);
  if (!response.ok()) {
    return DescribeDecryptError(response.status(), in, options.server);
  }
  UACCED_RETURN_IF_ERROR(out->Commit(response->plaintext()));
  ReportExecution(options, response->execution(),
                  {std::string(InputName(in)), contents.size(),
                   response->plaintext().size()});
  return absl::OkStatus();
}

}  // namespace uacced::cli
