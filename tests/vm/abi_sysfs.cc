#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "tests/vm/abi_tests.h"
#include "tests/vm/checks.h"
#include "tests/vm/probe.h"

namespace uacced::vm {
namespace {

std::string Content(const ProbeDevice& device, const char* file) {
  return ReadFile(device.attribute(file)).value_or("absent");
}

// In octal, with the file's type; 0 if there is none.
long ModeOf(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? static_cast<long>(status.st_mode)
                                          : 0;
}

std::string LinkTarget(const std::string& path) {
  char target[256];
  const ssize_t length = readlink(path.c_str(), target, sizeof(target));
  return std::string(target, length < 0 ? 0 : static_cast<size_t>(length));
}

void TestNode(Checks& checks, const ProbeDevice& device) {
  struct stat status = {};
  checks.Equal("node.is_there", ResultOf(stat(device.node().c_str(), &status)),
               0);
  checks.Equal("node.is_a_character_device_of_root_alone",
               static_cast<long>(status.st_mode), S_IFCHR | 0600);
  checks.Equal("node.minor_is_the_number_in_the_name",
               "uacce_probe-" + std::to_string(minor(status.st_rdev)),
               device.name());
  char numbers[32];
  std::snprintf(numbers, sizeof(numbers), "%u:%u\n", major(status.st_rdev),
                minor(status.st_rdev));
  checks.Equal("sysfs.dev_is_that_of_the_node", Content(device, "dev"),
               numbers);
  checks.That("node.major_is_named_uacce",
              ReadFile("/proc/devices")
                      .value_or("")
                      .find(std::to_string(major(status.st_rdev)) +
                            " uacce\n") != std::string::npos);
  checks.That(
      "sysfs.uevent_names_the_node",
      Content(device, "uevent").find("DEVNAME=" + device.name() + "\n") !=
          std::string::npos,
      Content(device, "uevent"));
  checks.Equal("sysfs.device_links_to_the_parent",
               LinkTarget(device.attribute("device")),
               std::string("../../../uacce_probe"));
}

void TestAttributes(Checks& checks, const ProbeDevice& device) {
  checks.Equal("sysfs.api", Content(device, "api"),
               std::string("uacce_probe_v1\n"));
  checks.Equal("sysfs.flags", Content(device, "flags"), std::string("0\n"));
  checks.Equal("sysfs.algorithms_are_as_the_driver_gave_them",
               Content(device, "algorithms"), std::string("alpha\nbeta\n"));
  checks.Equal("sysfs.available_instances",
               Content(device, "available_instances"), std::string("8\n"));
  checks.Equal("sysfs.region_mmio_size", Content(device, "region_mmio_size"),
               std::string("8192\n"));
  checks.Equal("sysfs.region_dus_size", Content(device, "region_dus_size"),
               std::string("16384\n"));
  for (const char* file : {"api", "flags", "algorithms", "available_instances",
                           "region_mmio_size", "region_dus_size"}) {
    checks.Equal(std::string("sysfs.mode_of_") + file,
                 ModeOf(device.attribute(file)), S_IFREG | 0444);
  }
}

void TestIsolate(Checks& checks, ProbeDevice& device) {
  const bool there = Content(device, "isolate") != "absent";
  checks.That("isolate.is_there", there);
  if (!there) {
    return;
  }
  checks.Equal("isolate.mode", ModeOf(device.attribute("isolate")),
               S_IFREG | 0444);
  checks.Equal("isolate_strategy.mode",
               ModeOf(device.attribute("isolate_strategy")), S_IFREG | 0644);
  checks.Equal("isolate.is_0", Content(device, "isolate"), std::string("0\n"));
  device.Set("isolate", 1);
  checks.Equal("isolate.is_1_when_the_driver_says_so",
               Content(device, "isolate"), std::string("1\n"));
  checks.That("isolate.queues_can_still_be_opened", OpenQueue(device).ok());
  device.Set("isolate", 0);
  checks.Equal("isolate.is_0_again", Content(device, "isolate"),
               std::string("0\n"));

  checks.Equal("isolate_strategy.is_0_at_first",
               Content(device, "isolate_strategy"), std::string("0\n"));
  const struct {
    const char* what;
    const char* text;
    long result;
    const char* then;
  } cases[] = {
      {"a_number", "5", 0, "5\n"},
      {"a_line", "7\n", 0, "7\n"},
      {"hexadecimal", "0x10", 0, "16\n"},
      {"octal", "010", 0, "8\n"},
      {"the_largest", "65535", 0, "65535\n"},
      {"a_larger", "65536", -EINVAL, "65535\n"},
      {"a_negative", "-1", -EINVAL, "65535\n"},
      {"a_word", "many", -EINVAL, "65535\n"},
      {"two_numbers", "3,4", -EINVAL, "65535\n"},
      {"zero", "0", 0, "0\n"},
  };
  for (const auto& c : cases) {
    const std::string name = std::string("isolate_strategy.") + c.what;
    checks.Equal(name, WriteFile(device.attribute("isolate_strategy"), c.text),
                 c.result);
    checks.Equal(name + "_is_shown", Content(device, "isolate_strategy"),
                 std::string(c.then));
  }
  device.Set("store_error", -EPERM);
  checks.Equal("isolate_strategy.passes_on_what_the_driver_says",
               WriteFile(device.attribute("isolate_strategy"), "9"), -EPERM);
  device.Set("store_error", 0);
}

// A driver may have no op at all.
void TestEmpty(Checks& checks) {
  ProbeDevice device(1, ProbeDevice::Empty{});
  checks.Equal("empty.is_added", device.added(), 0);
  for (const char* file :
       {"region_mmio_size", "region_dus_size", "isolate", "isolate_strategy"}) {
    checks.Equal(std::string("empty.has_no_") + file, Content(device, file),
                 std::string("absent"));
  }
  checks.Equal("empty.available_instances_is_enodev",
               Content(device, "available_instances"),
               "error " + std::to_string(ENODEV));
  Fd queue = OpenQueue(device);
  checks.That("empty.opens", queue.ok());
  checks.Equal("empty.starts", Start(queue), 0);
  checks.Equal("empty.starts_once", Start(queue), -EINVAL);
  checks.Equal("empty.puts", Put(queue), 0);
  checks.Equal("empty.other_ioctl", Unknown(queue), -EINVAL);
  checks.Equal("empty.mmap", Mapping(queue, kRegionDus, kDusBytes).result(),
               -EINVAL);
  checks.Equal("empty.poll", PollEvents(queue, 0), 0);
}

void TestNumbers(Checks& checks) {
  ProbeDevice first(0);
  std::string freed;
  {
    ProbeDevice second(1);
    ProbeDevice third(2);
    checks.Equal("numbers.count_from_0", first.name(),
                 std::string("uacce_probe-0"));
    checks.Equal("numbers.are_used_in_their_order", third.name(),
                 std::string("uacce_probe-2"));
    freed = second.name();
  }
  ProbeDevice again(3);
  checks.Equal("numbers.are_used_again", again.name(), freed);
}

}  // namespace

void TestSysfs(Checks& checks) {
  {
    ProbeDevice device(0);
    checks.Equal("device.is_added", device.added(), 0);
    TestNode(checks, device);
    TestAttributes(checks, device);
    TestIsolate(checks, device);
    device.Remove();
    checks.Equal("sysfs.is_gone_with_the_device", Content(device, "api"),
                 std::string("absent"));
    checks.Equal("node.is_gone_with_the_device", ModeOf(device.node()), 0);
  }
  TestEmpty(checks);
  TestNumbers(checks);
  // Without an IOMMU. From 6.16 on uacce leaves the flag, and open() fails.
  ProbeDevice sva(0, kFlagSva);
  const std::string flags = Content(sva, "flags");
  const Fd queue = OpenQueue(sva);
  checks.That("sva.without_an_iommu_is_not_had",
              flags == "0\n" ? queue.ok() : flags == "1\n" && !queue.ok(),
              "flags " + flags);
}

}  // namespace uacced::vm
