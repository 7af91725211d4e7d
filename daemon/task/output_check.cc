#include "daemon/task/output_check.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace uacced {
namespace {

bool Same(hw::Bytes a, hw::Bytes b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool IsDigest(const hw::Request& request) {
  return request.operation == hw::Operation::kDigest;
}

// Of a fragment, which carries none itself.
bool HasRightChecksum(const hw::Request& done) {
  if (done.checksum == nullptr) return true;
  const auto length = static_cast<z_size_t>(done.source.size());
  switch (done.algorithm) {
    case hw::Algorithm::kGzip:
      return *done.checksum ==
             crc32_z(crc32_z(0, nullptr, 0), done.source.data(), length);
    case hw::Algorithm::kZlib:
      return *done.checksum ==
             adler32_z(adler32_z(0, nullptr, 0), done.source.data(), length);
    default:
      return true;
  }
}

}  // namespace

uint64_t OutputCheck::RoomBytes(const hw::Request& done) {
  if (!IsRepetition(done)) return done.source.size();
  return IsDigest(done) ? 0 : done.destination.size();
}

hw::Request OutputCheck::Begin(const hw::Request& done, hw::Bytes output,
                               hw::MutableBytes room) {
  output_ = output;
  if (IsRepetition(done)) {
    request_ = done;
    request_.destination = room;
    if (IsDigest(done)) {
      request_.destination =
          hw::MutableBytes(digest_).first(done.destination.size());
    }
    request_.mac = hw::MutableBytes(mac_).first(done.mac.size());
  } else {
    request_ = hw::Request();
    request_.operation = hw::Operation::kDecompress;
    request_.algorithm = done.algorithm;
    request_.fragment = done.fragment;
    request_.source = output;
    request_.destination = room;
  }
  return request_;
}

bool OutputCheck::Matches(const hw::Request& done,
                          const Outcome& outcome) const {
  if (outcome.code != absl::StatusCode::kOk) return false;
  const hw::Bytes given =
      hw::Bytes(request_.destination).first(outcome.produced_bytes);
  if (IsRepetition(done)) {
    return Same(given, output_) && Same(request_.mac, done.mac);
  }
  return Same(given, done.source) && HasRightChecksum(done);
}

void OutputCheck::Adopt(const hw::Request& done) const {
  std::copy(request_.mac.begin(), request_.mac.end(), done.mac.begin());
  if (IsDigest(done)) {
    std::copy(request_.destination.begin(), request_.destination.end(),
              done.destination.begin());
  }
}

}  // namespace uacced
