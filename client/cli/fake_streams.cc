// FakeAccelerator's streams.
#include <algorithm>
#include <string>
#include <utility>

#include "base/crc32c.h"
#include "client/cli/fake_daemon.h"

namespace uacced::cli {
namespace {

constexpr size_t kHeadBytes = 6;  // "FAKE", format, level
constexpr size_t kTagBytes = 16;
constexpr size_t kDefaultChunkBytes = size_t{256} << 10;
constexpr size_t kSaltBytes = 32;
constexpr size_t kNumbersBytes = 8;  // key version, chunk bytes

// One stream: its input, checked, and its output, with what it must have.
template <typename Request>
class FakeStream {
 public:
  explicit FakeStream(FakeAccelerator::StreamOf<Request>& stream)
      : stream_(stream) {
    more_ = stream_.Read(&first_);
    crc_ = first_.has_payload_crc32c();
  }

  const Request& first() const { return first_; }

  // Appends the next input. False: there is none.
  bool Read(std::string& data) {
    if (!more_) return false;
    Request request = first_;
    if (!begun_) {
      begun_ = true;
    } else if (!stream_.Read(&request)) {
      more_ = false;
      return false;
    }
    if (crc_ && request.payload_crc32c() != Crc(request.input())) {
      damaged_ = true;
    }
    data += request.input();
    summary_.set_input_bytes(summary_.input_bytes() + request.input().size());
    return true;
  }

  void Write(std::string data) {
    if (data.empty()) return;
    v1::StreamResponse response;
    if (crc_) response.set_payload_crc32c(Crc(data));
    summary_.set_output_bytes(summary_.output_bytes() + data.size());
    summary_.set_block_count(summary_.block_count() + 1);
    response.set_output(std::move(data));
    stream_.Write(response);
  }

  v1::StreamSummary& summary() { return summary_; }

  grpc::Status Finish() {
    if (damaged_) {
      return Refuse(grpc::StatusCode::DATA_LOSS, "damaged on its way",
                    "CRC32C_MISMATCH");
    }
    v1::StreamResponse response;
    if (crc_) response.set_payload_crc32c(Crc(""));
    SetExecution(summary_.add_executions());
    *response.mutable_summary() = summary_;
    stream_.Write(response);
    return grpc::Status::OK;
  }

 private:
  static uint32_t Crc(const std::string& data) {
    return Crc32c(data.data(), data.size());
  }

  FakeAccelerator::StreamOf<Request>& stream_;
  Request first_;
  bool more_ = false;
  bool begun_ = false;
  bool crc_ = false;
  bool damaged_ = false;
  v1::StreamSummary summary_;
};

grpc::Status NotGenuine() {
  return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "decryption failed",
                "DECRYPT_FAILED");
}

std::string Be32(size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift & 0xff);
  }
  return bytes;
}

std::string ChunkNonce(const std::string& header, uint32_t index, bool last) {
  return header.substr(header.size() - 7) + Be32(index) + (last ? '\1' : '\0');
}

grpc::Status CheckFileKey(const FakeKeys::Entry& entry) {
  if (entry.key.name().empty()) {
    return Refuse(grpc::StatusCode::NOT_FOUND, "no such key", "KEY_NOT_FOUND");
  }
  if (entry.key.cipher() != v1::CIPHER_ALGORITHM_AES_256_GCM ||
      entry.key.caller_nonce()) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "not for files",
                  "INVALID_FIELD");
  }
  return grpc::Status::OK;
}

// Length of the header that `data` begins with; 0 while it is not all there.
size_t HeaderBytes(const std::string& data) {
  size_t at = 5;
  for (int field = 0; field < 2; ++field) {
    if (data.size() <= at) return 0;
    at += 1 + static_cast<unsigned char>(data[at]);
  }
  at += kNumbersBytes + kSaltBytes;
  return data.size() < at ? 0 : at;
}

}  // namespace

grpc::Status FakeAccelerator::CompressStream(
    grpc::ServerContext* context, StreamOf<v1::CompressStreamRequest>* grpc) {
  if (const auto hook = before) {
    grpc::Status status = hook(context);
    if (!status.ok()) return status;
  }
  FakeStream<v1::CompressStreamRequest> stream(*grpc);
  const v1::CompressStreamOptions& options = stream.first().options();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    compress_options_ = options;
  }
  std::string data = "FAKE";
  data += static_cast<char>('0' + options.format());
  data += options.has_level() ? static_cast<char>('a' + options.level()) : '-';
  while (stream.Read(data)) stream.Write(std::exchange(data, {}));
  return stream.Finish();
}

grpc::Status FakeAccelerator::DecompressStream(
    grpc::ServerContext*, StreamOf<v1::DecompressStreamRequest>* grpc) {
  FakeStream<v1::DecompressStreamRequest> stream(*grpc);
  const v1::DecompressStreamOptions options = stream.first().options();
  std::string data;
  while (data.size() < kHeadBytes && stream.Read(data)) {
  }
  const int format = data.size() < kHeadBytes ? 0 : data[4] - '0';
  if (data.compare(0, 4, "FAKE") != 0 || format == 0 ||
      (options.format() != 0 && options.format() != format)) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "corrupt\ninput",
                  "CORRUPT_INPUT");
  }
  if (data.compare(kHeadBytes, 4, "WIDE") == 0) {
    return Refuse(grpc::StatusCode::OUT_OF_RANGE, "the window is too large",
                  "OUTPUT_TOO_LARGE");
  }
  data.erase(0, kHeadBytes);
  do {
    // As damage would be found: in the middle.
    const size_t damage = data.find("DAMAGED");
    stream.Write(data.substr(0, damage));
    if (damage != std::string::npos) {
      return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "corrupt input",
                    "CORRUPT_INPUT");
    }
    if (options.max_output_bytes() != 0 &&
        stream.summary().output_bytes() > options.max_output_bytes()) {
      return Refuse(grpc::StatusCode::OUT_OF_RANGE, "output over the limit",
                    "OUTPUT_TOO_LARGE");
    }
    data.clear();
  } while (stream.Read(data));
  return stream.Finish();
}

grpc::Status FakeAccelerator::EncryptStream(
    grpc::ServerContext*, StreamOf<v1::EncryptStreamRequest>* grpc) {
  FakeStream<v1::EncryptStreamRequest> stream(*grpc);
  const v1::EncryptStreamOptions options = stream.first().options();
  const FakeKeys::Entry entry = keys_.Find(options.key());
  grpc::Status valid = CheckFileKey(entry);
  if (!valid.ok()) return valid;
  const size_t chunk_bytes =
      options.chunk_bytes() == 0 ? kDefaultChunkBytes : options.chunk_bytes();
  const std::string algorithm = "aes-256-gcm";
  std::string header = "UACC\1";
  header += static_cast<char>(algorithm.size());
  header += algorithm;
  header += static_cast<char>(options.key().size());
  header += options.key();
  header += Be32(1) + Be32(chunk_bytes) + RandomBytes(kSaltBytes);
  stream.Write(header);
  uint32_t index = 0;
  const auto seal = [&](const std::string& plain, bool last) {
    std::string out, tag;
    Gcm(true, entry.material, ChunkNonce(header, index++, last), header, plain,
        &out, &tag);
    stream.Write(out + tag);
  };
  std::string data;
  while (stream.Read(data)) {
    // The last chunk is told from the others only at the end.
    while (data.size() > chunk_bytes) {
      seal(data.substr(0, chunk_bytes), false);
      data.erase(0, chunk_bytes);
    }
  }
  seal(data, true);
  return stream.Finish();
}

grpc::Status FakeAccelerator::DecryptStream(
    grpc::ServerContext*, StreamOf<v1::DecryptStreamRequest>* grpc) {
  FakeStream<v1::DecryptStreamRequest> stream(*grpc);
  std::string data;
  while (HeaderBytes(data) == 0) {
    if (!stream.Read(data)) return NotGenuine();
  }
  const std::string header = data.substr(0, HeaderBytes(data));
  data.erase(0, header.size());
  const size_t name_at = 6 + static_cast<unsigned char>(header[5]);
  const std::string name =
      header.substr(name_at + 1, static_cast<unsigned char>(header[name_at]));
  if (name.empty()) return NotGenuine();
  const std::string& asked = stream.first().options().key();
  const FakeKeys::Entry entry = keys_.Find(asked.empty() ? name : asked);
  grpc::Status valid = CheckFileKey(entry);
  if (!valid.ok()) return valid;
  const size_t numbers_at = header.size() - kSaltBytes - kNumbersBytes;
  size_t chunk_bytes = kTagBytes;
  for (size_t i = 4; i < 8; ++i) {
    chunk_bytes += size_t{static_cast<unsigned char>(header[numbers_at + i])}
                   << (56 - 8 * i);
  }
  uint32_t index = 0;
  const auto open = [&](const std::string& chunk, bool last) {
    if (chunk.size() < kTagBytes) return false;
    std::string tag = chunk.substr(chunk.size() - kTagBytes), plain;
    if (!Gcm(false, entry.material, ChunkNonce(header, index++, last), header,
             chunk.substr(0, chunk.size() - kTagBytes), &plain, &tag)) {
      return false;
    }
    stream.Write(plain);
    return true;
  };
  do {
    while (data.size() > chunk_bytes) {
      if (!open(data.substr(0, chunk_bytes), false)) return NotGenuine();
      data.erase(0, chunk_bytes);
    }
  } while (stream.Read(data));
  if (!open(data, true)) return NotGenuine();
  return stream.Finish();
}

grpc::Status FakeAccelerator::DigestStream(
    grpc::ServerContext* context, StreamOf<v1::DigestStreamRequest>* grpc) {
  FakeStream<v1::DigestStreamRequest> stream(*grpc);
  v1::DigestRequest request;
  request.set_algorithm(stream.first().options().algorithm());
  request.set_key(stream.first().options().key());
  while (stream.Read(*request.mutable_input())) {
  }
  v1::DigestResponse response;
  grpc::Status done = Digest(context, &request, &response);
  if (!done.ok()) return done;
  stream.Write(response.digest());
  return stream.Finish();
}

void FakeAccelerator::Answer(grpc::ServerContext* context,
                             const v1::Operation& operation,
                             v1::OperationResult& result) {
  result.set_id(operation.id());
  grpc::Status done;
  switch (operation.operation_case()) {
    case v1::Operation::kCompress:
      done =
          Compress(context, &operation.compress(), result.mutable_compress());
      break;
    case v1::Operation::kDecompress:
      done = Decompress(context, &operation.decompress(),
                        result.mutable_decompress());
      break;
    case v1::Operation::kEncrypt:
      done = Encrypt(context, &operation.encrypt(), result.mutable_encrypt());
      break;
    case v1::Operation::kDecrypt:
      done = Decrypt(context, &operation.decrypt(), result.mutable_decrypt());
      break;
    case v1::Operation::kDigest:
      done = Digest(context, &operation.digest(), result.mutable_digest());
      break;
    case v1::Operation::kCopy:
      done = Copy(context, &operation.copy(), result.mutable_copy());
      break;
    default:
      done = Refuse(grpc::StatusCode::INVALID_ARGUMENT, "no operation",
                    "INVALID_FIELD");
  }
  if (done.ok()) return;
  result.clear_result();
  result.mutable_error()->ParseFromString(done.error_details());
  result.mutable_error()->set_code(done.error_code());
  result.mutable_error()->set_message(done.error_message());
}

grpc::Status FakeAccelerator::Process(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::ProcessResponse, v1::ProcessRequest>* stream) {
  v1::ProcessRequest request;
  while (stream->Read(&request)) {
    v1::ProcessResponse response;
    for (const v1::Operation& operation : request.operations()) {
      Answer(context, operation, *response.add_results());
    }
    if (!stream->Write(response)) break;
  }
  return grpc::Status::OK;
}

}  // namespace uacced::cli
