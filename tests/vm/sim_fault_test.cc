#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "hw/hisi/abi/zip.h"
#include "tests/vm/sim_tests.h"
#include "tests/vm/sim_zip.h"

namespace uacced::vm {
namespace {

constexpr char kDevice[] = "hisi_zip-0";

struct Work {
  Random random{71};
  ByteVector plain = random.Compressible(1000);
  ByteVector room = ByteVector(2000);

  Sqe sqe() {
    return ZipBlock(ZipFormat::kDeflate, plain.data(), plain.size(),
                    room.data(), room.size());
  }
  long RunOn(SimQueue& queue) {
    const std::optional<Sqe> answer = queue.Run(sqe());
    return answer ? ZipStatus(*answer) : -1;
  }
};

std::string IsolateOf() {
  return ReadFile("/sys/class/uacce/" + FindDevice("hisi_zip").substr(5) +
                  "/isolate")
      .value_or("none");
}

bool DeviceWithin5s(bool there) {
  for (int i = 0; i < 500; ++i) {
    const std::string device = FindDevice("hisi_zip");
    if (device.empty() != there) return true;
    usleep(10'000);
  }
  return false;
}

}  // namespace

void TestFaultRules(Checks& checks) {
  SimQueue queue("hisi_zip", 0);
  Work work;
  checks.Equal("a rule",
               Control(kDevice,
                       "status op=compress skip=2 count=2 "
                       "code=0x55\n"),
               0);
  const long want[] = {0, 0, 0x55, 0x55, 0};
  for (const long status : want) {
    checks.Equal("status by count", work.RunOn(queue), status);
  }
  Control(kDevice, "clear");
  Control(kDevice, "status op=decompress count=0 code=0x55");
  checks.Equal("another operation", work.RunOn(queue), 0);
  Control(kDevice, "clear");
  Control(kDevice, "slow us=200000");
  const uint64_t begin = NowUs();
  checks.Equal("slow", work.RunOn(queue), 0);
  checks.That("so slow", NowUs() - begin >= 200'000);
  Control(kDevice, "clear");
  checks.Equal("no command", Control(kDevice, "dance"), -EINVAL);
  checks.Equal("no option", Control(kDevice, "status dance"), -EINVAL);
  checks.Equal("no number", Control(kDevice, "status count=x"), -EINVAL);
}

void TestStuck(Checks& checks) {
  Work work;
  uint64_t begin;
  {
    SimQueue queue("hisi_zip", 0);
    Control(kDevice, "stuck");
    queue.Push(work.sqe());
    queue.RingSq();
    checks.That("stuck", !queue.Poll(300).has_value());
    Control(kDevice, "clear");
    queue.Push(work.sqe());
    queue.RingSq();
    checks.That("and stays so", !queue.Poll(100).has_value());
    begin = NowUs();
  }
  checks.That("a stuck queue closes", NowUs() - begin < 500'000);
  SimQueue queue("hisi_zip", 0);
  checks.Equal("others do not care", work.RunOn(queue), 0);
  Control(kDevice, "lose");
  queue.Push(work.sqe());
  queue.RingSq();
  checks.That("lost", !queue.Poll(100).has_value());
  Control(kDevice, "clear");
}

void TestReset(Checks& checks) {
  Work work;
  SimQueue queue("hisi_zip", 0);
  SimQueue idle("hisi_zip", 0, false);
  checks.Equal("before a reset", work.RunOn(queue), 0);
  checks.Equal("reset", Control(kDevice, "reset ms=300"), 0);
  checks.That("stop words", queue.TxStopped() && queue.RxStopped());
  queue.Push(work.sqe());
  queue.RingSq();
  checks.That("a stopped queue", !queue.Poll(50).has_value());
  checks.Equal("open in reset", SimQueue("hisi_zip", 0).result(), -EPERM);
  const Fd copy(dup(idle.fd()));
  checks.Equal("start in reset", Start(copy), -EPERM);
  usleep(500'000);
  SimQueue again("hisi_zip", 0);
  checks.Equal("open after it", again.result(), 0);
  checks.Equal("work after it", work.RunOn(again), 0);
  checks.That("still stopped", queue.TxStopped());
}

void TestIsolation(Checks& checks) {
  Work work;
  checks.Equal("isolate", Control(kDevice, "isolate"), 0);
  checks.Equal("said so", IsolateOf(), "1\n");
  checks.Equal("open isolated", SimQueue("hisi_zip", 0).result(), -EPERM);
  checks.Equal("unisolate", Control(kDevice, "unisolate"), 0);
  checks.Equal("said so again", IsolateOf(), "0\n");
  SimQueue queue("hisi_zip", 0);
  checks.Equal("work again", work.RunOn(queue), 0);

  // By more than so many resets in an hour.
  const std::string strategy = "/sys/class/uacce/" +
                               FindDevice("hisi_zip").substr(5) +
                               "/isolate_strategy";
  checks.Equal("strategy", WriteFile(strategy, "2\n"), 0);
  const auto reset = [] {
    Control(kDevice, "reset");
    usleep(200'000);
    return IsolateOf();
  };
  checks.Equal("one reset", reset(), "0\n");
  checks.Equal("two resets", reset(), "0\n");
  checks.Equal("one more than the strategy allows", reset(), "1\n");
  checks.Equal("strategy now", WriteFile(strategy, "0\n"), -EPERM);
  Control(kDevice, "unisolate");
  checks.Equal("off", WriteFile(strategy, "0\n"), 0);
}

void TestRemoval(Checks& checks) {
  Work work;
  {
    SimQueue queue("hisi_zip", 0);
    SimQueue stuck("hisi_zip", 0);
    ByteVector big = work.random.Compressible(4'000'000);
    ByteVector room(4'000'000);
    for (int i = 0; i < 10; ++i) {
      queue.Push(ZipBlock(ZipFormat::kDeflate, big.data(), big.size(),
                          room.data(), room.size()));
    }
    queue.RingSq();
    usleep(10'000);
    const uint64_t begin = NowUs();
    checks.Equal("remove", Control(kDevice, "remove ms=300"), 0);
    checks.That("at once", NowUs() - begin < 1'000'000,
                std::to_string(NowUs() - begin));
    checks.That("no device", DeviceWithin5s(false));
    checks.Equal("its memory", SignalOfTouch(queue.dus()), SIGBUS);
    checks.Equal("its doorbells", SignalOfTouch(queue.mmio().bytes()), SIGBUS);
    const Fd copy(dup(queue.fd()));
    checks.Equal("ioctl", Start(copy), -ENXIO);
    checks.That("it returns", DeviceWithin5s(true));
    SimQueue again("hisi_zip", 0);
    checks.Equal("work again", work.RunOn(again), 0);
    checks.Equal("the old queue", Start(copy), -ENXIO);
  }
  checks.Equal("remove for good", Control(kDevice, "remove"), 0);
  checks.Equal("remove twice", Control(kDevice, "remove"), -ENODEV);
  // Or its end would bring the device back.
  checks.Equal("reset of nothing", Control(kDevice, "reset"), -ENODEV);
  checks.That("away", DeviceWithin5s(false));
  checks.Equal("return", Control(kDevice, "return"), 0);
  // What an earlier command has begun does not bring it back, either.
  Control(kDevice, "reset ms=200");
  Control(kDevice, "remove");
  usleep(500'000);
  checks.That("still away after a reset", FindDevice("hisi_zip").empty());
  Control(kDevice, "return");
  Control(kDevice, "remove ms=200");
  Control(kDevice, "return");
  Control(kDevice, "remove");
  usleep(500'000);
  checks.That("still away after a return", FindDevice("hisi_zip").empty());
  checks.Equal("return at last", Control(kDevice, "return"), 0);
  checks.Equal("return twice", Control(kDevice, "return"), -EBUSY);
  checks.That("back", DeviceWithin5s(true));
  SimQueue queue("hisi_zip", 0);
  checks.Equal("work at last", work.RunOn(queue), 0);
}

}  // namespace uacced::vm
