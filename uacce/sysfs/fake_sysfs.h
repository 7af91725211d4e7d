// A folder that looks like /sys/class/uacce, and one that looks like /dev.
//
// Threads: thread-compatible; who reads the files may be anywhere.
#ifndef UACCED_UACCE_SYSFS_FAKE_SYSFS_H_
#define UACCED_UACCE_SYSFS_FAKE_SYSFS_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace uacced {

class FakeSysfs {
 public:
  FakeSysfs() {
    char folder[] = "/tmp/uacced_sysfs_XXXXXX";
    if (mkdtemp(folder) == nullptr) std::abort();
    folder_ = folder;
    std::filesystem::create_directory(root());
    std::filesystem::create_directory(dev_root());
  }
  FakeSysfs(const FakeSysfs&) = delete;
  FakeSysfs& operator=(const FakeSysfs&) = delete;
  ~FakeSysfs() { std::filesystem::remove_all(folder_); }

  std::string root() const { return folder_ + "/class"; }
  std::string dev_root() const { return folder_ + "/dev"; }
  std::string folder(const std::string& name) const {
    return root() + "/" + name;
  }
  std::string node(const std::string& name) const {
    return dev_root() + "/" + name;
  }

  // As hardware of version 3 has it, on this machine's pages.
  void Add(const std::string& name) {
    std::filesystem::create_directories(folder(name) + "/device");
    Set(name, "api", "hisi_qm_v3\n");
    Set(name, "flags", "1\n");
    Set(name, "algorithms",
        name.find("sec") == std::string::npos
            ? "zlib\ngzip\ndeflate\nlz77_zstd\n"
            : "ecb(aes)\ncbc(aes)\nxts(aes)\ngcm(aes)\nsha256\n");
    Set(name, "available_instances", "256\n");
    Set(name, "region_mmio_size", std::to_string(mmio_bytes()) + "\n");
    Set(name, "region_dus_size", std::to_string(dus_bytes()) + "\n");
    Set(name, "isolate", "0\n");
    Set(name, "device/numa_node", "0\n");
    // Both regions: the second begins at the second page.
    std::ofstream(node(name)).close();
    std::filesystem::resize_file(node(name), page_bytes() + dus_bytes());
  }
  void Remove(const std::string& name) {
    std::filesystem::remove_all(folder(name));
    std::filesystem::remove(node(name));
  }
  void Set(const std::string& name, const std::string& attribute,
           const std::string& text) {
    std::ofstream(folder(name) + "/" + attribute) << text;
  }
  void Unset(const std::string& name, const std::string& attribute) {
    std::filesystem::remove(folder(name) + "/" + attribute);
  }

  static size_t page_bytes() {
    return static_cast<size_t>(sysconf(_SC_PAGESIZE));
  }
  static size_t mmio_bytes() {
    return page_bytes() * (1 + 0x1000 / page_bytes());
  }
  static size_t dus_bytes() {
    const size_t rings = 1024 * 128 + 1024 * 16;
    return (rings + page_bytes() - 1) / page_bytes() * page_bytes() +
           page_bytes();
  }

 private:
  std::string folder_;
};

}  // namespace uacced

#endif  // UACCED_UACCE_SYSFS_FAKE_SYSFS_H_
