// A ByteStream is one operation on an input of any length in constant memory:
// input is copied into room that it gives, output comes in buffers, in order.
// The transport drives it:
//
//   Start(); then whenever something happened:
//     Advance()
//     while input waits:  InputRoom(), copy, CommitInput()
//     once it has ended:  EndInput()
//     TakeOutput(), and OutputWritten() when it has been sent
//     until state() is kDone or kFailed
//
// Units:     bytes.
// Threads:   one call at a time, of every method (the StreamHost's care). What
//            was given to devices comes back on other threads and calls only
//            the StreamHost.
// Ownership: the StreamHost owns the ByteStream; work on devices keeps the
//            StreamHost alive.
#ifndef UACCED_DAEMON_STREAM_BYTE_STREAM_H_
#define UACCED_DAEMON_STREAM_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/core/execution_mode.h"
#include "hw/algorithm.h"
#include "hw/dma_buffer.h"
#include "hw/request.h"

namespace uacced {

// Whoever drives a stream. Lives in a shared_ptr.
class StreamHost : public std::enable_shared_from_this<StreamHost> {
 public:
  StreamHost() = default;
  StreamHost(const StreamHost&) = delete;
  StreamHost& operator=(const StreamHost&) = delete;
  virtual ~StreamHost() = default;

  // Something came back: call Advance() soon, on another thread than this,
  // which may be the polling thread, and may be inside one of the stream's own
  // methods. Thread-safe, does not block.
  virtual void Progress() = 0;
  // The same after a while. Only from within the stream's own methods.
  virtual void ProgressAfter(absl::Duration wait) = 0;
};

// `prefix`, the first `bytes` of `buffer` and `suffix`, one after the other;
// not all empty.
struct StreamOutput {
  std::vector<uint8_t> prefix;
  hw::DmaBuffer buffer;
  size_t bytes = 0;
  std::vector<uint8_t> suffix;

  size_t size() const { return prefix.size() + bytes + suffix.size(); }
};

// What devices did for a stream.
struct StreamTotals {
  struct Device {
    uint16_t index;  // In Placement::targets().
    Fallback fallback = Fallback::kNone;
    uint64_t queue_wait_ns = 0;
    uint64_t service_time_ns = 0;
  };
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint64_t piece_count = 0;
  std::vector<Device> devices;
  // Of decompression and file encryption: what was read, or is written.
  hw::Algorithm algorithm = hw::Algorithm::kNone;
  std::string key;
  uint32_t key_version = 0;
};

class ByteStream {
 public:
  enum class State : uint8_t {
    kRunning,
    kDone,    // All output was taken and written.
    kFailed,  // See status(); nothing more comes out.
  };

  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // Admits the stream and its first piece. Call once, before all else.
  // RESOURCE_EXHAUSTED, UNAVAILABLE: not now; UNIMPLEMENTED: never here. The
  // stream is to be destroyed then.
  virtual absl::Status Start() = 0;

  // Looks at what came back, sends on what can be sent on.
  virtual void Advance() = 0;

  // Whether it is worth while to read input: there is room for it, or was when
  // somebody looked.
  virtual bool wants_input() const = 0;

  // Input is waiting: where to copy it. Empty when there is no room now:
  // StreamHost::Progress() is called, or OutputWritten() must be, before there
  // is. REQUIRES: EndInput() was not called.
  virtual hw::MutableBytes InputRoom() = 0;
  // The first `bytes` of the room were filled.
  virtual void CommitInput(size_t bytes) = 0;
  // No more input comes.
  virtual void EndInput() = 0;

  // The next output, when there is one and the last one was written.
  virtual std::optional<StreamOutput> TakeOutput() = 0;
  // What was taken has left the daemon, or never will.
  virtual void OutputWritten() = 0;

  // Drops what can be dropped; the rest goes as it comes back. The state is
  // kFailed then, with `reason`.
  virtual void Cancel(const absl::Status& reason) = 0;

  // True while devices have work of this stream.
  virtual bool working() const = 0;

  virtual State state() const = 0;
  virtual const absl::Status& status() const = 0;
  virtual const StreamTotals& totals() const = 0;
};

}  // namespace uacced

#endif  // UACCED_DAEMON_STREAM_BYTE_STREAM_H_
