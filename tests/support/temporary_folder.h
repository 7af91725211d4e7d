// A folder for one test's files, removed at its end.
#ifndef UACCED_TESTS_SUPPORT_TEMPORARY_FOLDER_H_
#define UACCED_TESTS_SUPPORT_TEMPORARY_FOLDER_H_

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace uacced {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/uacced_test_XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

  // Makes or overwrites a file; returns its path.
  std::string Write(const std::string& name, const std::string& content,
                    mode_t mode = 0600) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    chmod(path.c_str(), mode);
    return path;
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(path_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool Has(const std::string& name) const {
    return std::filesystem::exists(path_ + "/" + name);
  }

 private:
  std::string path_;
};

}  // namespace uacced

#endif  // UACCED_TESTS_SUPPORT_TEMPORARY_FOLDER_H_
