// Which field of a message is its payload, and its CRC-32C
// (ClientOptions::crc32c).
//
// Threads: pure functions.
#ifndef UACCED_CLIENT_CPP_PAYLOAD_H_
#define UACCED_CLIENT_CPP_PAYLOAD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/crc32c.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::client {

inline const std::string& PayloadOf(const v1::CompressRequest& message) {
  return message.input();
}
inline const std::string& PayloadOf(const v1::CompressResponse& message) {
  return message.output();
}
inline const std::string& PayloadOf(const v1::DecompressRequest& message) {
  return message.input();
}
inline const std::string& PayloadOf(const v1::DecompressResponse& message) {
  return message.output();
}
inline const std::string& PayloadOf(const v1::EncryptRequest& message) {
  return message.plaintext();
}
inline const std::string& PayloadOf(const v1::EncryptResponse& message) {
  return message.ciphertext();
}
inline const std::string& PayloadOf(const v1::DecryptRequest& message) {
  return message.ciphertext();
}
inline const std::string& PayloadOf(const v1::DecryptResponse& message) {
  return message.plaintext();
}
inline const std::string& PayloadOf(const v1::DigestRequest& message) {
  return message.input();
}
inline const std::string& PayloadOf(const v1::DigestResponse& message) {
  return message.digest();
}
inline const std::string& PayloadOf(const v1::CopyRequest& message) {
  return message.input();
}
inline const std::string& PayloadOf(const v1::CopyResponse& message) {
  return message.output();
}
inline const std::string& PayloadOf(const v1::ChainRequest& message) {
  return message.input();
}
inline const std::string& PayloadOf(const v1::ChainResponse& message) {
  return message.output();
}

// False for the messages of Keys and Admin.
template <typename Message>
inline constexpr bool kHasPayload = requires(const Message& message) {
  PayloadOf(message);
};

template <typename Message>
void SetPayloadCrc(Message& message) {
  const std::string& payload = PayloadOf(message);
  message.set_payload_crc32c(Crc32c(payload.data(), payload.size()));
}

// DATA_LOSS, reason CRC32C_MISMATCH, with what was found and expected.
// `stated` is empty when the message had no CRC at all.
absl::Status PayloadCrcError(std::optional<uint32_t> stated, uint32_t computed);

// The error above when the message's CRC is missing or not its payload's.
template <typename Message>
absl::Status CheckPayloadCrc(const Message& message) {
  const std::string& payload = PayloadOf(message);
  const uint32_t computed = Crc32c(payload.data(), payload.size());
  if (!message.has_payload_crc32c()) {
    return PayloadCrcError(std::nullopt, computed);
  }
  if (message.payload_crc32c() != computed) {
    return PayloadCrcError(message.payload_crc32c(), computed);
  }
  return absl::OkStatus();
}

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PAYLOAD_H_
