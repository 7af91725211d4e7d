// Requests as they come off the wire: our own parsing around the payload must
// agree with protobuf's, and framing of batches with the ordinary message.
//
// First byte: which operation; of 7, a whole ProcessRequest.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "daemon/rpc/convert.h"
#include "daemon/rpc/request_message.h"
#include "daemon/rpc/wire.h"
#include "daemon/task/payload.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::string Text(hw::Bytes bytes) {
  return std::string(bytes.begin(), bytes.end());
}

template <typename Message>
std::string TakePayload(Message& message) {
  if constexpr (requires { message.input(); }) {
    return std::move(*message.mutable_input());
  } else if constexpr (requires { message.plaintext(); }) {
    return std::move(*message.mutable_plaintext());
  } else {
    return std::move(*message.mutable_ciphertext());
  }
}

template <typename Message>
void ClearPayload(Message& message) {
  if constexpr (requires { message.input(); }) {
    message.clear_input();
  } else if constexpr (requires { message.plaintext(); }) {
    message.clear_plaintext();
  } else {
    message.clear_ciphertext();
  }
}

const KeyStore& Keys() {
  static const KeyStore* const keys = [] {
    auto store = KeyStore::Create({.max_keys = 8});
    Require(store.ok());
    Require((*store)->CreateKey({"k", hw::Algorithm::kAes256Gcm, false}).ok());
    Require((*store)->CreateKey({"c", hw::Algorithm::kAes128Ccm, true}).ok());
    Require((*store)->CreateKey({"x", hw::Algorithm::kSm4Xts, false}).ok());
    Require((*store)->CreateKey({"h", hw::Algorithm::kHmacSm3, false}).ok());
    return store->release();
  }();
  return *keys;
}

// What is converted must be fit for a device.
template <typename Message>
void TryConvert(const Message& message, hw::Bytes payload) {
  if constexpr (!std::is_same_v<Message, v1::ChainRequest>) {
    Step step;
    if (!Convert(message, {Keys(), 1 << 20}, step).ok()) return;
    if (!BindSource(payload, step.request).ok()) return;
    const hw::AlgorithmInfo& info = hw::Info(step.request.algorithm);
    if (step.request.operation == hw::Operation::kCompress) {
      Require(step.request.level >= info.min_level);
      Require(step.request.level <= info.max_level);
    }
    Require(hw::IsMacLengthAllowed(step.request.algorithm,
                                   step.request.mac.size()) ||
            step.request.operation != hw::Operation::kEncrypt);
  }
}

void ParseOne(OperationKind kind, hw::Bytes wire) {
  RequestMessage ours;
  if (!ParseRequest(kind, wire, ours)) return;
  std::visit(
      [&](auto& fields) {
        using Message = std::remove_reference_t<decltype(fields)>;
        Message whole;
        Require(
            whole.ParseFromArray(wire.data(), static_cast<int>(wire.size())));
        Require(TakePayload(whole) == Text(ours.payload));
        ClearPayload(whole);
        Require(whole.SerializeAsString() == fields.SerializeAsString());
        TryConvert(fields, ours.payload);
      },
      ours.fields);
}

void ParseBatch(hw::Bytes wire) {
  v1::ProcessRequest whole;
  const bool parses =
      whole.ParseFromArray(wire.data(), static_cast<int>(wire.size()));
  OperationHeader header;
  bool malformed = false;
  hw::Bytes rest = wire;
  int count = 0;
  while (TakeOperation(rest, header, &malformed)) {
    if (parses) {
      const v1::Operation& operation = whole.operations(count);
      Require(operation.id() == header.id);
      Require(operation.timeout_ns() == header.timeout_ns);
      Require((operation.operation_case() !=
               v1::Operation::OPERATION_NOT_SET) == header.has_kind);
    }
    if (header.has_kind) ParseOne(header.kind, header.wire);
    ++count;
  }
  // Ours looks at less: what protobuf takes, it takes too.
  Require(!parses || (!malformed && count == whole.operations_size()));
}

}  // namespace
}  // namespace uacced

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using uacced::OperationKind;
  if (size == 0) return 0;
  const int choice = data[0] % (uacced::kOperationKindCount + 1);
  const uacced::hw::Bytes wire(data + 1, size - 1);
  if (choice == uacced::kOperationKindCount) {
    uacced::ParseBatch(wire);
  } else {
    uacced::ParseOne(static_cast<OperationKind>(choice), wire);
  }
  return 0;
}
