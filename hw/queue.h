// A Queue is one submission ring (SQ) and its completion ring (CQ) on one
// accelerator. Requests enter by Submit(), become visible to the device at
// Flush() and come back through Poll(), in whatever order the device ends them.
//
// Units:    depth, slots and tags count ring entries; lengths are in bytes.
// Threads:  thread-compatible. The Reactor owning a Queue makes every call,
//           the destructor included. Nothing here blocks or allocates, the
//           destructor apart.
// Lifetime: ~Queue() stops the device first, so no DMA lands after it returns.
//           Entries still in flight are then forgotten: the owner answers them.
// Every implementation must pass hw/queue_contract_test.h.
#ifndef UACCED_HW_QUEUE_H_
#define UACCED_HW_QUEUE_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "hw/request.h"

namespace uacced::hw {

// One entry in flight; the device echoes it. 0 <= tag < depth().
enum class Tag : uint16_t {};

struct Completion {
  Tag tag;
  // kOk, or what the device's own status maps to:
  //   INVALID_ARGUMENT  corrupt input; authentication failed
  //   OUT_OF_RANGE      the destination is too small: may be tried with more
  //   UNIMPLEMENTED     this device cannot do it after all
  //   UNAVAILABLE       the device failed; another one may succeed
  //   INTERNAL          the device broke its own rules
  // On any error the content of destination and mac is unspecified, except
  // that a failed kDecrypt of an AEAD leaves no plaintext there.
  absl::StatusCode code;
  uint32_t produced_bytes;  // Of the destination. Valid only when code is kOk.
};

// Why nothing more is to be had of a queue.
enum class QueueFault : uint8_t {
  kNone,
  kStopped,     // The device, or the system below it, stopped the queue.
  kBrokeRules,  // It completed what is not in flight, or wrote nonsense.
};

class Queue {
 public:
  Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  virtual ~Queue() = default;

  // Tags that exist; constant.
  virtual uint32_t depth() const = 0;

  // Entries that can be submitted before the next Poll(). At most depth().
  virtual uint32_t free_slots() const = 0;

  // Writes `request` as the entry at the tail; the device sees it at Flush().
  // Copies `request`; borrows its buffers until Poll() gives `tag` or ~Queue().
  // REQUIRES: free_slots() > 0 and `tag` is not in flight.
  // UNIMPLEMENTED: the device lacks this operation. UNAVAILABLE: it is isolated
  // or gone. After any error nothing was written and `tag` is still free.
  // Never completes inline: results, failures too, come only from Poll().
  virtual absl::Status Submit(const Request& request, Tag tag) = 0;

  // Makes all submissions since the last Flush() visible to the device, once.
  virtual void Flush() = 0;

  // Moves up to out.size() finished entries to `out`; returns how many. A
  // request's failure is in Completion::code, never in this return value.
  virtual uint32_t Poll(std::span<Completion> out) = 0;

  // Other than kNone: Submit() refuses with UNAVAILABLE, Poll() gives nothing
  // more, and what is in flight never completes; the owner answers it after
  // ~Queue(). Cheap enough to be asked each round.
  virtual QueueFault fault() const { return QueueFault::kNone; }

  // For sleeping: becomes readable when Poll() may find something, but only
  // after Arm(). Constant; -1 when the queue can only be polled, and then Arm()
  // returns false while anything is in flight.
  virtual int event_fd() const = 0;

  // Call before sleeping on event_fd(). False: Poll() may find something now,
  // do not sleep.
  virtual bool Arm() = 0;

  // Call after sleeping, and after an Arm() that was not followed by sleep.
  virtual void Disarm() = 0;
};

}  // namespace uacced::hw

#endif  // UACCED_HW_QUEUE_H_
