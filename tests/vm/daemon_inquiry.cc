#include "tests/vm/daemon_inquiry.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "client/cpp/error.h"
#include "tests/vm/daemon_keys.h"

namespace uacced::vm {
namespace {

std::unique_ptr<client::Pipeline> Connect() {
  auto pipeline = client::Pipeline::Connect(
      {.server = ServerOfEnvironment(), .timeout = absl::Seconds(120)},
      {.max_in_flight_operations = 256,
       .max_in_flight_bytes = size_t{8} << 20});
  if (!pipeline.ok()) {
    std::printf("FAIL %s\n", pipeline.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(pipeline);
}

}  // namespace

Inquiry::Inquiry(Checks& checks) : checks_(checks), pipeline_(Connect()) {}

void Inquiry::Conclude(std::string_view name, size_t minimum) {
  std::unique_lock<std::mutex> lock(mutex_);
  all_answered_.wait(lock, [this] { return answered_ == asked_; });
  const std::string counts =
      absl::StrCat(asked_, " asked, at least ", minimum, " wanted, ", bad_,
                   " bad; the first: ", first_bad_);
  const std::string line =
      absl::StrCat(absl::string_view(name.data(), name.size()), ": ", asked_);
  checks_.That(line, bad_ == 0 && asked_ >= minimum, counts);
  asked_ = answered_ = bad_ = 0;
  first_bad_.clear();
}

std::string Inquiry::VerdictOnError(const absl::Status& status,
                                    const std::string& reason) {
  if (absl::IsInvalidArgument(status) &&
      client::GetErrorDetails(status).reason == reason) {
    return "";
  }
  return absl::StrCat("not ", reason, " but ", status.ToString());
}

void Inquiry::Begin() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++asked_;
}

void Inquiry::Answered(const std::string& what, const std::string& verdict) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++answered_;
  if (!verdict.empty() && bad_++ == 0) {
    first_bad_ = absl::StrCat(what, ": ", verdict);
  }
  if (answered_ == asked_) all_answered_.notify_one();
}

}  // namespace uacced::vm
