// What bench sends, and how it knows that an answer is right.
//
// Threads: thread-safe once made.
#ifndef UACCED_CLIENT_CLI_BENCH_WORK_H_
#define UACCED_CLIENT_CLI_BENCH_WORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/session.h"
#include "client/cpp/client.h"
#include "client/cpp/pipeline.h"

namespace uacced::cli {

// Where operations go: to one of the two.
struct BenchConnection {
  std::unique_ptr<client::Pipeline> pipeline;
  std::unique_ptr<client::Client> client;

  template <typename Request>
  void CallAsync(Request request,
                 client::Client::Callback<Request> done) const {
    if (pipeline != nullptr) {
      pipeline->CallAsync<Request>(std::move(request), std::move(done));
    } else {
      client->CallAsync<Request>(std::move(request), std::move(done));
    }
  }
};

// One operation in flight. Its calls may come on any thread, and before Send()
// returns.
class BenchSlot {
 public:
  virtual ~BenchSlot() = default;
  // The answer is here. Unless it is OK, this ends the operation.
  virtual void Answered(const absl::Status& status) = 0;
  // Ends an operation whose answer was OK. DATA_LOSS: it is wrong.
  virtual void Checked(const absl::Status& verdict) = 0;
};

class BenchWork {
 public:
  // The inputs that `session.options.bench` asks for; those of decompress and
  // decrypt are made by the daemon, and so is one answer, whose failure is the
  // user's to see.
  static absl::StatusOr<std::unique_ptr<BenchWork>> Make(
      const Session& session);

  virtual ~BenchWork() = default;

  size_t block_count() const { return block_count_; }

  // Sends the operation on one of the blocks. Borrows `connection` and `slot`
  // until the operation has ended.
  virtual void Send(const BenchConnection& connection, size_t block_index,
                    BenchSlot& slot) = 0;

 protected:
  explicit BenchWork(size_t block_count) : block_count_(block_count) {}

 private:
  const size_t block_count_;
};

}  // namespace uacced::cli

#endif  // UACCED_CLIENT_CLI_BENCH_WORK_H_
