// encrypt and decrypt, in the formats of docs/encrypted-file.md: version 1 by
// streams, and version 0, whole, for what version 1 does not have.
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
#include "client/cli/input_file.h"
#include "client/cli/names.h"
#include "client/cli/output_file.h"
#include "client/cli/session.h"
#include "client/cli/transfer.h"

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
  request.set_mode(options.mode);
  if (IsAuthenticated(key.cipher())) {
    request.set_associated_data(AssociatedData(AlgorithmName(key), key.name()));
  }
  if (key.caller_nonce()) {
    UACCED_ASSIGN_OR_RETURN(*request.mutable_nonce(),
                            RandomNonce(NonceBytes(key.cipher())));
  }
  return request;
}

// Version 0.
absl::Status EncryptWhole(const Session& session, const v1::Key& key,
                          InputFile& input, OutputFile& out) {
  const Options& options = session.options;
  if (options.chunk_bytes != 0) {
    return UsageError(absl::StrCat(
        "--chunk-size: key ", key.name(),
        key.caller_nonce() ? " takes the caller's nonces"
                           : " is for an algorithm without authentication",
        ", so the file has no chunks"));
  }
  UACCED_RETURN_IF_ERROR(CheckDistinct(input, out));
  UACCED_ASSIGN_OR_RETURN(auto request, MakeEncryptRequest(options, key));
  UACCED_RETURN_IF_ERROR(ReadRest(
      input, kMaxInputBytes,
      "with such a key a file carries no more; use one for aes-256-gcm "
      "without --caller-nonce",
      *request.mutable_plaintext()));
  UACCED_ASSIGN_OR_RETURN(const auto response,
                          session.Call(request, input.name()));
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
  UACCED_RETURN_IF_ERROR(out.Append(header));
  UACCED_RETURN_IF_ERROR(out.Append(response.ciphertext()));
  UACCED_RETURN_IF_ERROR(out.Commit());
  ReportExecution(options, response.execution(),
                  {.name = std::string(input.name()),
                   .input_bytes = request.plaintext().size(),
                   .output_bytes = out.written_bytes()});
  return absl::OkStatus();
}

// Version 1.
absl::Status EncryptByStream(const Session& session, const v1::Key& key,
                             InputFile& input, OutputFile& out) {
  v1::EncryptStreamOptions stream;
  stream.set_key(key.name());
  stream.set_algorithm(key.cipher());
  stream.set_chunk_bytes(static_cast<uint32_t>(session.options.chunk_bytes));
  stream.set_mode(session.options.mode);
  UACCED_ASSIGN_OR_RETURN(
      const v1::StreamSummary summary,
      Transfer(session, StreamOf(session, stream),
               {.input = input,
                .output = &out,
                .describe = session.DescribeFor(input.name())}));
  UACCED_RETURN_IF_ERROR(out.Commit());
  ReportSummary(session.options, summary, {.name = std::string(input.name())});
  return absl::OkStatus();
}

// Whatever the daemon finds wrong with a decryption's request is the file's
// fault: all that it carries comes from there.
absl::Status DescribeDecryptError(const absl::Status& error,
                                  absl::string_view name,
                                  absl::string_view server) {
  if (error.code() == absl::StatusCode::kInvalidArgument) {
    return Fail(ExitCode::kCorrupt,
                absl::StrCat(name, ": ", error.message(),
                             "; the file was changed or this is not its key"));
  }
  return DescribeCallError(error, name, server);
}

// Decrypt, with the versions of the key one after the other, the newest first:
// files of version 0 do not say which one it was. Without authentication there
// is no telling, and the newest is taken.
absl::StatusOr<v1::DecryptResponse> DecryptWithAnyVersion(
    const Session& session, v1::DecryptRequest& request) {
  auto response = session.client.Call(request);
  if (!absl::IsInvalidArgument(response.status()) ||
      !IsAuthenticated(request.algorithm())) {
    return response;
  }
  const auto keys = session.client.Call(v1::ListKeysRequest());
  if (!keys.ok()) return response;
  for (const v1::Key& key : keys->keys()) {
    if (key.name() != request.key()) continue;
    for (uint32_t version = key.newest_version(); version-- > 1;) {
      request.set_key_version(version);
      auto older = session.client.Call(request);
      if (older.ok()) return older;
    }
  }
  return response;
}

// Version 0.
absl::Status DecryptWhole(const Session& session, InputFile& input,
                          OutputFile& out) {
  const Options& options = session.options;
  UACCED_RETURN_IF_ERROR(CheckDistinct(input, out));
  std::string contents;
  UACCED_RETURN_IF_ERROR(
      ReadRest(input, kMaxInputBytes + kMaxEncryptedHeaderBytes,
               "no file of version 0 is; it was changed", contents));
  const auto file = ParseEncryptedFile(contents);
  if (!file.ok()) {
    return Fail(ExitCode::kCorrupt,
                absl::StrCat(input.name(), ": ", file.status().message()));
  }
  const v1::CipherAlgorithm cipher = *CipherByName(file->algorithm);
  UACCED_RETURN_IF_ERROR(CheckAlgorithm(options, input.name(), cipher));

  v1::DecryptRequest request;
  request.set_key(options.key.empty() ? file->key : options.key);
  request.set_algorithm(cipher);
  request.set_nonce(file->nonce);
  request.set_tag(file->tag);
  request.set_mode(options.mode);
  request.set_allow_unauthenticated(options.allow_unauthenticated);
  if (IsAuthenticated(cipher)) {
    request.set_associated_data(AssociatedData(file->algorithm, file->key));
  }
  request.set_ciphertext(file->ciphertext.data(), file->ciphertext.size());
  const auto response = DecryptWithAnyVersion(session, request);
  if (!response.ok()) {
    return DescribeDecryptError(response.status(), input.name(),
                                options.server);
  }
  UACCED_RETURN_IF_ERROR(out.Append(response->plaintext()));
  UACCED_RETURN_IF_ERROR(out.Commit());
  ReportExecution(options, response->execution(),
                  {.name = std::string(input.name()),
                   .input_bytes = contents.size(),
                   .output_bytes = out.written_bytes()});
  return absl::OkStatus();
}

// Version 1.
absl::Status DecryptByStream(const Session& session, InputFile& input,
                             OutputFile& out) {
  const Options& options = session.options;
  v1::DecryptStreamOptions stream;
  stream.set_key(options.key);
  stream.set_mode(options.mode);
  const auto describe = [&](const absl::Status& error) {
    return DescribeDecryptError(error, input.name(), options.server);
  };
  UACCED_ASSIGN_OR_RETURN(
      const v1::StreamSummary summary,
      Transfer(session, StreamOf(session, stream),
               {.input = input, .output = &out, .describe = describe}));
  UACCED_RETURN_IF_ERROR(out.Commit());
  ReportSummary(options, summary, {.name = std::string(input.name())});
  return absl::OkStatus();
}

}  // namespace

absl::Status RunEncrypt(const Session& session) {
  const Options& options = session.options;
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  if (!options.force && out->IsTerminal()) {
    return Fail(ExitCode::kFailure,
                "encrypt: encrypted data is not for a terminal; -o FILE "
                "writes a file, --force writes it all the same");
  }
  UACCED_ASSIGN_OR_RETURN(const v1::Key key, FindCipherKey(session));
  UACCED_RETURN_IF_ERROR(
      CheckAlgorithm(options, absl::StrCat("key ", key.name()), key.cipher()));
  UACCED_ASSIGN_OR_RETURN(const auto input,
                          InputFile::Open(options.arguments[0]));
  if (!IsAuthenticated(key.cipher()) || key.caller_nonce()) {
    return EncryptWhole(session, key, *input, *out);
  }
  return EncryptByStream(session, key, *input, *out);
}

absl::Status RunDecrypt(const Session& session) {
  const Options& options = session.options;
  UACCED_ASSIGN_OR_RETURN(auto out, OutputFile::Open(options.output));
  UACCED_ASSIGN_OR_RETURN(const auto input,
                          InputFile::Open(options.arguments[0]));
  UACCED_ASSIGN_OR_RETURN(const absl::string_view head,
                          input->Peek(kMaxEncryptedHeaderBytes));
  const auto header = ParseEncryptedFileHead(head);
  if (!header.ok()) {
    return Fail(ExitCode::kCorrupt,
                absl::StrCat(input->name(), ": ", header.status().message()));
  }
  if (header->version == 0) return DecryptWhole(session, *input, *out);
  UACCED_RETURN_IF_ERROR(
      CheckAlgorithm(options, input->name(), *CipherByName(header->algorithm)));
  return DecryptByStream(session, *input, *out);
}

}  // namespace uacced::cli
