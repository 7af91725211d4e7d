// Asks a daemon many things at once, of its accelerators alone, and finds out
// whether all answers are right and came from there.
//
//   inquiry.Ask(request, [](const auto& answer) { return ...; }, "empty
//   input"); inquiry.Conclude("gzip", 1);  // "ok gzip", or "FAIL gzip (empty
//   input: ...)"
//
// Threads:  one. What judges an answer runs on threads of the client, several
// at
//           once.
// Lifetime: what judges may borrow until Conclude() has returned.
#ifndef UACCED_TESTS_VM_DAEMON_INQUIRY_H_
#define UACCED_TESTS_VM_DAEMON_INQUIRY_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/pipeline.h"
#include "tests/vm/checks.h"
#include "uacced/v1/accelerator.pb.h"

namespace uacced::vm {

class Inquiry {
 public:
  template <typename Request>
  using ResponseOf = client::Pipeline::ResponseOf<Request>;
  template <typename Request>
  using Judge = std::function<bool(const ResponseOf<Request>&)>;

  explicit Inquiry(Checks& checks);

  // `what` says in a report what was asked.
  template <typename Request>
  void Ask(Request request, Judge<Request> is_right, std::string what) {
    Send<Request>(
        std::move(request),
        [this, is_right = std::move(is_right), what = std::move(what)](
            const absl::StatusOr<ResponseOf<Request>>& answer) {
          Answered(what, Verdict<Request>(answer, is_right));
        });
  }
  // What has to be answered with INVALID_ARGUMENT and this reason.
  template <typename Request>
  void AskInVain(Request request, std::string reason, std::string what) {
    Send<Request>(std::move(request),
                  [this, reason = std::move(reason), what = std::move(what)](
                      const absl::StatusOr<ResponseOf<Request>>& answer) {
                    Answered(what, VerdictOnError(answer.status(), reason));
                  });
  }

  // Waits for all answers since the last time, and makes one check of them. At
  // least so many must have been asked for.
  void Conclude(std::string_view name, size_t minimum);

 private:
  template <typename Request>
  void Send(Request request, client::Pipeline::Callback<Request> done) {
    request.set_mode(v1::EXECUTION_MODE_HARDWARE_ONLY);
    Begin();
    while (!pipeline_->TryCallAsync(request, done)) pipeline_->WaitForRoom();
  }

  // Empty: all is well.
  template <typename Request>
  static std::string Verdict(const absl::StatusOr<ResponseOf<Request>>& answer,
                             const Judge<Request>& is_right) {
    if (!answer.ok()) return answer.status().ToString();
    const v1::Execution& by = answer->execution();
    if (by.path() != v1::Execution::PATH_HARDWARE || !by.simulated()) {
      return "not by a simulated accelerator: " + by.ShortDebugString();
    }
    return is_right(*answer) ? "" : "the answer is wrong, by " + by.device();
  }
  static std::string VerdictOnError(const absl::Status& status,
                                    const std::string& reason);

  void Begin();
  void Answered(const std::string& what, const std::string& verdict);

  Checks& checks_;
  std::mutex mutex_;
  std::condition_variable all_answered_;
  // Guarded by mutex_, since the last Conclude().
  size_t asked_ = 0;
  size_t answered_ = 0;
  size_t bad_ = 0;
  std::string first_bad_;
  // Last: it ends before what its callbacks use.
  const std::unique_ptr<client::Pipeline> pipeline_;
};

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_DAEMON_INQUIRY_H_
