// An OutputCheck proves by a second job that what a device gave is right. What
// was compressed is decompressed and compared with the input; every other
// operation has one right answer only, so it is done again and compared.
//
// Units:   bytes.
// Threads: thread-compatible; its job writes into it.
#ifndef UACCED_DAEMON_TASK_OUTPUT_CHECK_H_
#define UACCED_DAEMON_TASK_OUTPUT_CHECK_H_

#include <array>
#include <cstdint>

#include "daemon/core/job.h"
#include "hw/algorithm.h"
#include "hw/request.h"

namespace uacced {

class OutputCheck {
 public:
  OutputCheck() = default;
  OutputCheck(const OutputCheck&) = delete;
  OutputCheck& operator=(const OutputCheck&) = delete;

  // Whether the check of `done` does the same again: then its result is a right
  // answer too.
  static bool IsRepetition(const hw::Request& done) {
    return done.operation != hw::Operation::kCompress;
  }

  // What the check's job needs for its output. 0 for a digest, which goes here.
  static uint64_t RoomBytes(const hw::Request& done);

  // What its job is to do. `output` is what `done` gave; `room` has
  // RoomBytes(). All of it must stay where it is until the check is over.
  hw::Request Begin(const hw::Request& done, hw::Bytes output,
                    hw::MutableBytes room);

  // Whether `done` gave what it should have, after the job of Begin() ended
  // with `outcome`.
  bool Matches(const hw::Request& done, const Outcome& outcome) const;

  // The check's digest or tag takes the place of that of `done`. REQUIRES:
  // IsRepetition().
  void Adopt(const hw::Request& done) const;

 private:
  hw::Bytes output_;
  hw::Request request_;
  std::array<uint8_t, hw::kMaxDigestBytes> digest_{};
  std::array<uint8_t, hw::kMaxMacBytes> mac_{};
};

}  // namespace uacced

#endif  // UACCED_DAEMON_TASK_OUTPUT_CHECK_H_
