// ProcessRequest and ProcessResponse on the wire, without copying what they
// contain: operations are serialized once and may be sent many times, and a
// result is parsed as the message that its operation expects.
//
// Threads: pure functions.
#ifndef UACCED_CLIENT_CPP_PROCESS_WIRE_H_
#define UACCED_CLIENT_CPP_PROCESS_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cpp/shared_bytes.h"

namespace uacced::client {

// What an operation adds to the serialized request in it, at most.
inline constexpr size_t kMaxOperationOverheadBytes = 48;

struct BatchItem {
  uint64_t id = 0;
  uint64_t timeout_ns = 0;  // 0: none
  int field = 0;            // kOperationField
  SharedBytes request;
};

// A serialized ProcessRequest of `items`, in pieces to be sent one after the
// other: large requests are pieces of their own, shared, not copied.
std::vector<SharedBytes> SerializeBatch(absl::Span<const BatchItem> items);

// One OperationResult; borrows from the message.
struct ResultView {
  uint64_t id = 0;
  int field = 0;  // of the response, kOperationField; 0: none
  absl::string_view response;
  bool failed = false;
  absl::string_view error;  // a google.rpc.Status, when failed
};

// More in one message are refused, as so many cannot be in flight.
inline constexpr size_t kMaxResults = size_t{1} << 16;

// Replaces `results`. False when `message` is no ProcessResponse; then
// `results` is what came before the damage.
bool ParseResults(absl::string_view message, std::vector<ResultView>& results);

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_PROCESS_WIRE_H_
