// One input of any length through the daemon, in constant memory: the methods
// CompressStream, DecompressStream, EncryptStream, DecryptStream, DigestStream.
// The type of the options names the method:
//
//   v1::CompressStreamOptions options;
//   options.set_format(v1::COMPRESSION_FORMAT_GZIP);
//   auto stream = Stream::Open(client, options);
//   // One thread:                      Another, at the same time:
//   stream->Write(data);                while (true) {
//   ...                                   auto output = stream->Read();
//   stream->WritesDone();                 if (!output.ok()) fail;
//                                         if (output->empty()) break;  // all
//                                       }
//
// Output comes as it is made and the daemon stops reading when nobody takes it,
// so reading must go on while writing. stream_io.h has readers and writers for
// whoever does not want two threads of his own.
//
// Memory:   at most two messages of input and two of output.
// Threads:  one may write while another one reads; Cancel() from any.
// Lifetime: the client must outlive it. ~Stream() cancels what is not finished
//           and waits for gRPC to let go.
// Errors:   the daemon's. UNAVAILABLE, reason STREAM_LOST: the connection broke
//           or the daemon ended; a stream cannot be resumed, begin again.
//           DATA_LOSS: it ended with status OK but without its summary (reason
//           STREAM_TRUNCATED), or a CRC was wrong. CANCELLED: Cancel().
//           DEADLINE_EXCEEDED: StreamOptions. After an error output that was
//           read before is only a part, and all further calls return it again.
#ifndef UACCED_CLIENT_CPP_STREAM_H_
#define UACCED_CLIENT_CPP_STREAM_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cpp/client.h"
#include "client/cpp/stream_options.h"
#include "client/cpp/stream_output.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::client {

class StreamCore;

class Stream {
 public:
  // Does not wait for the daemon; what is wrong comes from Write() and Read().
  static std::unique_ptr<Stream> Open(Client& client,
                                      const v1::CompressStreamOptions& options,
                                      const StreamOptions& stream_options = {});
  static std::unique_ptr<Stream> Open(
      Client& client, const v1::DecompressStreamOptions& options,
      const StreamOptions& stream_options = {});
  static std::unique_ptr<Stream> Open(Client& client,
                                      const v1::EncryptStreamOptions& options,
                                      const StreamOptions& stream_options = {});
  static std::unique_ptr<Stream> Open(Client& client,
                                      const v1::DecryptStreamOptions& options,
                                      const StreamOptions& stream_options = {});
  // Its only output is the digest.
  static std::unique_ptr<Stream> Open(Client& client,
                                      const v1::DigestStreamOptions& options,
                                      const StreamOptions& stream_options = {});

  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  // Takes all of `input`, waiting for the daemon to take what came before.
  absl::Status Write(absl::string_view input);
  // The same without copying what is long.
  absl::Status WriteOwned(std::string input);
  // The input ends here. Needed for an empty one, too. Does not wait for the
  // output.
  absl::Status WritesDone();

  // Waits for output. empty() when the stream ended well: with status OK, its
  // summary, and exactly as much output as that says.
  absl::StatusOr<StreamOutput> Read();

  // All calls, those that wait included, return CANCELLED from now on, unless
  // the stream had ended.
  void Cancel();

  // REQUIRES: Read() gave the end.
  const v1::StreamSummary& summary() const;

 private:
  explicit Stream(std::shared_ptr<StreamCore> core);
  static std::unique_ptr<Stream> Start(Client& client, const char* path,
                                       std::string options,
                                       const StreamOptions& stream_options);

  const std::shared_ptr<StreamCore> core_;
};

}  // namespace uacced::client

#endif  // UACCED_CLIENT_CPP_STREAM_H_
