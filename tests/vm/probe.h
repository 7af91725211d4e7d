// The driver uacce_probe, as its test sees it: commands and notes in debugfs,
// devices in /dev and /sys/class/uacce, queues as open files.
//
// Threads: any, with objects of their own.
#ifndef UACCED_TESTS_VM_PROBE_H_
#define UACCED_TESTS_VM_PROBE_H_

#include <stddef.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace uacced::vm {

inline constexpr int kProbeQueues = 8;
inline constexpr size_t kPageBytes = 4096;
inline constexpr size_t kMmioBytes = 2 * kPageBytes;
inline constexpr size_t kDusBytes = 4 * kPageBytes;
inline constexpr unsigned kRegionMmio = 0;
inline constexpr unsigned kRegionDus = 1;
// UACCE_DEV_SVA_SW: software SVA, which uacce of mainline does not have.
inline constexpr unsigned kFlagSva = 0x1;
inline constexpr unsigned kFlagSvaSw = 0x40000000;

// What the driver noted: see uacce_probe.c.
struct SlotState {
  int id = 0;
  int queues = 0;
  std::string events;  // empty if there are none
  int late = 0;
  int mapped = 0;
  long anon_pages = 0;
  unsigned threshold = 0;
};

// A device of the driver, in one of its four slots. It is removed with the
// object.
class ProbeDevice {
 public:
  explicit ProbeDevice(int slot, unsigned flags = 0);
  // The one without any ops.
  struct Empty {};
  ProbeDevice(int slot, Empty);
  ~ProbeDevice();
  ProbeDevice(const ProbeDevice&) = delete;
  ProbeDevice& operator=(const ProbeDevice&) = delete;

  // 0 or -errno, of the making.
  long added() const { return added_; }
  void Remove();
  void Set(std::string_view what, int value);
  void Clear();
  SlotState State() const;
  // State().events, once it is this; or what it is after 10 s.
  std::string EventsWithin10s(const std::string& want) const;

  std::string name() const;
  std::string node() const;
  std::string attribute(std::string_view file) const;

 private:
  const int slot_;
  long added_ = 0;
  int id_ = 0;
};

// A descriptor, closed with the object.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&&) = delete;

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_;
};

// Opens a queue, for reading and writing.
Fd OpenQueue(const ProbeDevice& device);

// 0 or -errno.
long Start(const Fd& queue);
long Put(const Fd& queue);
long Unknown(const Fd& queue);
// Has the driver add 1. Whether it did: *value.
long Increment(const Fd& queue, unsigned* value);

// A mapping, undone with the object. One that failed has ordinary memory
// instead, so that the test can go on.
class Mapping {
 public:
  Mapping(const Fd& queue, unsigned region, size_t bytes, int prot = 3,
          int flags = 1);
  ~Mapping() { Unmap(); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  // 0 or -errno.
  long result() const { return result_; }
  volatile unsigned* words() const {
    return static_cast<volatile unsigned*>(address_);
  }
  char* bytes() const { return static_cast<char*>(address_); }
  long Unmap();

 private:
  void* address_ = nullptr;
  size_t bytes_;
  long result_ = 0;
};

// The signal that a touch of the address would be; 0 if it is fine.
int SignalOfTouch(const volatile void* address);

// poll() of one descriptor: its events, or -errno.
long PollEvents(const Fd& queue, int timeout_ms);

// Content of a file; nothing if it cannot be opened. A failing read() gives
// "error ERRNO".
std::optional<std::string> ReadFile(const std::string& path);
// 0 or -errno, of one write().
long WriteFile(const std::string& path, std::string_view text);

// In a child, which has to do with _exit(): 0 to 100, or -signal.
long ExitOf(pid_t child);

}  // namespace uacced::vm

#endif  // UACCED_TESTS_VM_PROBE_H_
