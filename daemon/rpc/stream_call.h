// A StreamCall drives one ByteStream over gRPC: one read at a time while the
// stream has room, one write at a time while it has output.
//
// Threads:   gRPC, devices and timers only set flags and call Wake(): whoever
//            finds nobody inside drives the stream, everybody else leaves that
//            to them. So Drive() and what it touches never run twice at once,
//            and no lock is held while anything is called. Completions, which
//            may come on the polling thread, have a reply thread drive.
// Ownership: shared by gRPC (until OnDone()), by work on devices, timers and
//            whoever drives; the last of them deletes it.
// Patience:  a client that neither reads nor writes for max_stream_stall_ms
//            while the stream waits for it is let go (UNAVAILABLE,
//            STREAM_STALLED): it would hold its memory for ever.
#ifndef UACCED_DAEMON_RPC_STREAM_CALL_H_
#define UACCED_DAEMON_RPC_STREAM_CALL_H_

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/core/execution_mode.h"
#include "daemon/core/ticket.h"
#include "daemon/keys/key_store.h"
#include "daemon/rpc/answer_watch.h"
#include "daemon/rpc/stream_message.h"
#include "daemon/rpc/stream_open.h"
#include "daemon/stream/byte_stream.h"
#include "daemon/stream/piece.h"
#include "daemon/task/path.h"
#include "daemon/task/reply_pool.h"

namespace uacced {

// What streams need. All that it refers to outlives every stream.
struct StreamCallPath {
  Path path;
  PieceRunner& runner;
  const KeyStore& keys;
  AnswerWatch& answers;
  uint64_t max_bytes_per_stream = 0;
  absl::Duration max_stall;
  ExecutionMode mode = ExecutionMode::kPreferHardware;  // See RequestPath.
};

class StreamCall final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public StreamHost,
      private ReplyTask {
 public:
  using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  // A new call, which sees to everything itself.
  static Reactor* Start(const StreamCallPath& path, StreamKind kind,
                        grpc::CallbackServerContext* context);

  StreamCall(const StreamCallPath& path, StreamKind kind,
             grpc::CallbackServerContext* context);
  ~StreamCall() override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Progress() override;
  void ProgressAfter(absl::Duration wait) override;

 private:
  // What became of a read or a write.
  enum class Event : uint8_t { kNone, kOk, kFailed };

  // See UnaryCall.
  bool InternalInlineable() override { return true; }

  void Wake();
  void Respond() override;
  void Work();

  // Only from Work().
  void Drive();
  void TakeEvents();
  void TakeMessage();
  absl::Status Open(const StreamInput::Around& around);
  void Feed();
  absl::Status CountInput();
  void Write();
  void Read();
  void FinishIfOver();
  void Fail(const absl::Status& status);
  void LookForStall();
  void SetStallAlarm(int64_t wait_ns);

  // Constant after construction.
  const StreamCallPath path_;
  const StreamKind kind_;
  grpc::CallbackServerContext* const context_;

  // Written where things happen, read in TakeEvents().
  std::atomic<Event> read_event_{Event::kNone};
  std::atomic<Event> write_event_{Event::kNone};
  std::atomic<bool> cancel_event_{false};
  std::atomic<bool> retry_event_{false};
  std::atomic<bool> stall_event_{false};

  std::shared_ptr<StreamHost> grpc_reference_;  // Until OnDone().
  std::atomic<uint32_t> wakes_{0};              // 0: nobody is inside.
  // Of whoever was asked to drive on a reply thread.
  std::shared_ptr<StreamHost> pool_reference_;

  // The rest belongs to Work().
  std::unique_ptr<ByteStream> stream_;  // Null before the first message.
  grpc::ByteBuffer request_;            // gRPC's while reading_.
  grpc::ByteBuffer response_;           // gRPC's while writing_.
  StreamInput input_;
  Ticket input_ticket_;  // For a large one.
  StreamReply reply_;
  bool reading_ = false;
  bool writing_ = false;
  bool half_closed_ = false;  // The client sends no more.
  bool input_ended_ = false;  // And the stream knows.
  bool with_crc_ = false;
  bool output_out_ = false;     // OutputWritten() is still to be called.
  bool broken_ = false;         // Nothing can be sent to the client any more.
  bool finished_ = false;       // Finish() was called, or the like.
  absl::Status failure_;        // Of the call.
  AnswerWatch::Answer answer_;  // The last message.
  std::unique_ptr<grpc::Alarm> retry_alarm_;
  bool retry_pending_ = false;
  std::unique_ptr<grpc::Alarm> stall_alarm_;
  int64_t client_active_ns_ = 0;  // Last read or write that ended.
};

}  // namespace uacced

#endif  // UACCED_DAEMON_RPC_STREAM_CALL_H_
