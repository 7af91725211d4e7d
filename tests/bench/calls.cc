#include "tests/bench/calls.h"

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "tests/bench/library.h"
#include "uacced/bench/echo.grpc.pb.h"
#include "uacced/v1/accelerator.grpc.pb.h"
#include "uacced/v1/keys.grpc.pb.h"

namespace uacced::bench {
namespace {

constexpr uint64_t kCompareEvery = 16;
constexpr uint64_t kRestoreEvery = 64;

absl::Status WrongAnswerUnless(bool right) {
  return right ? absl::OkStatus() : absl::DataLossError("wrong answer");
}

// Bytes that should be equal: always the length, now and then all of them.
absl::Status CheckCopy(const std::string& sent, const std::string& received,
                       uint64_t sequence) {
  return WrongAnswerUnless(sequence % kCompareEvery == 0
                               ? received == sent
                               : received.size() == sent.size());
}

template <typename Stub>
using SharedStub = std::shared_ptr<typename Stub::Stub>;

template <typename Service>
SharedStub<Service> NewStub(const Channel& channel) {
  return Service::NewStub(channel);
}

// One request for each block, made by `make`.
template <typename Request>
std::vector<Request> Requests(
    const std::vector<std::string>& blocks,
    const std::function<void(const std::string&, Request&)>& fill) {
  std::vector<Request> requests(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) fill(blocks[i], requests[i]);
  return requests;
}

int64_t PayloadBytes(const std::vector<std::string>& blocks) {
  return static_cast<int64_t>(blocks.front().size());
}

}  // namespace

std::unique_ptr<Workload> NewEchoCalls(const Channel& channel,
                                       const std::vector<std::string>& blocks) {
  return std::make_unique<UnaryWorkload<EchoRequest, EchoResponse>>(
      [stub = NewStub<Echo>(channel)](auto* context, auto* request,
                                      auto* response, auto done) {
        stub->async()->Echo(context, request, response, std::move(done));
      },
      Requests<EchoRequest>(blocks,
                            [](const std::string& block, EchoRequest& request) {
                              request.set_data(block);
                            }),
      PayloadBytes(blocks),
      [](const EchoRequest& request, const EchoResponse& response,
         uint64_t sequence) {
        return CheckCopy(request.data(), response.data(), sequence);
      });
}

std::unique_ptr<Workload> NewCopyCalls(const Channel& channel,
                                       const std::vector<std::string>& blocks) {
  return std::make_unique<UnaryWorkload<v1::CopyRequest, v1::CopyResponse>>(
      [stub = NewStub<v1::Accelerator>(channel)](auto* context, auto* request,
                                                 auto* response, auto done) {
        stub->async()->Copy(context, request, response, std::move(done));
      },
      Requests<v1::CopyRequest>(
          blocks, [](const std::string& block,
                     v1::CopyRequest& request) { request.set_input(block); }),
      PayloadBytes(blocks),
      [](const v1::CopyRequest& request, const v1::CopyResponse& response,
         uint64_t sequence) {
        return CheckCopy(request.input(), response.output(), sequence);
      });
}

std::unique_ptr<Workload> NewCompressCalls(
    const Channel& channel, const std::vector<std::string>& blocks,
    v1::CompressionFormat format, int level) {
  return std::make_unique<
      UnaryWorkload<v1::CompressRequest, v1::CompressResponse>>(
      [stub = NewStub<v1::Accelerator>(channel)](auto* context, auto* request,
                                                 auto* response, auto done) {
        stub->async()->Compress(context, request, response, std::move(done));
      },
      Requests<v1::CompressRequest>(
          blocks,
          [=](const std::string& block, v1::CompressRequest& request) {
            request.set_input(block);
            request.set_format(format);
            request.set_level(level);
          }),
      PayloadBytes(blocks),
      [](const v1::CompressRequest& request,
         const v1::CompressResponse& response, uint64_t sequence) {
        if (sequence % kRestoreEvery != 0) {
          return WrongAnswerUnless(!response.output().empty());
        }
        const auto& restores = request.format() == v1::COMPRESSION_FORMAT_GZIP
                                   ? GzipRestores
                                   : ZstdRestores;
        return WrongAnswerUnless(restores(response.output(), request.input()));
      });
}

std::unique_ptr<Workload> NewSha256Calls(
    const Channel& channel, const std::vector<std::string>& blocks) {
  std::vector<std::string> expected;
  expected.reserve(blocks.size());
  const std::unique_ptr<LibraryCodec> sha256 = NewSha256();
  for (const std::string& block : blocks) {
    expected.emplace_back(sha256->Run(block));
  }
  return std::make_unique<UnaryWorkload<v1::DigestRequest, v1::DigestResponse>>(
      [stub = NewStub<v1::Accelerator>(channel)](auto* context, auto* request,
                                                 auto* response, auto done) {
        stub->async()->Digest(context, request, response, std::move(done));
      },
      Requests<v1::DigestRequest>(
          blocks,
          [](const std::string& block, v1::DigestRequest& request) {
            request.set_input(block);
            request.set_algorithm(v1::HASH_ALGORITHM_SHA256);
          }),
      PayloadBytes(blocks),
      [expected = std::move(expected)](const v1::DigestRequest&,
                                       const v1::DigestResponse& response,
                                       uint64_t sequence) {
        return WrongAnswerUnless(response.digest() ==
                                 expected[sequence % expected.size()]);
      });
}

absl::Status ImportAes256GcmKey(const Channel& channel, const std::string& name,
                                const std::string& key) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  v1::ImportKeyRequest request;
  request.set_name(name);
  request.set_cipher(v1::CIPHER_ALGORITHM_AES_256_GCM);
  request.set_material(key);
  v1::ImportKeyResponse response;
  const grpc::Status status =
      NewStub<v1::Keys>(channel)->ImportKey(&context, request, &response);
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

std::unique_ptr<Workload> NewAes256GcmCalls(
    const Channel& channel, const std::vector<std::string>& blocks,
    const std::string& name, const std::string& key) {
  return std::make_unique<
      UnaryWorkload<v1::EncryptRequest, v1::EncryptResponse>>(
      [stub = NewStub<v1::Accelerator>(channel)](auto* context, auto* request,
                                                 auto* response, auto done) {
        stub->async()->Encrypt(context, request, response, std::move(done));
      },
      Requests<v1::EncryptRequest>(
          blocks,
          [&name](const std::string& block, v1::EncryptRequest& request) {
            request.set_plaintext(block);
            request.set_key(name);
          }),
      PayloadBytes(blocks),
      [key](const v1::EncryptRequest& request,
            const v1::EncryptResponse& response, uint64_t sequence) {
        if (sequence % kRestoreEvery != 0) {
          return WrongAnswerUnless(response.ciphertext().size() ==
                                   request.plaintext().size());
        }
        return WrongAnswerUnless(
            Aes256GcmRestores(key, response.nonce(), response.tag(),
                              response.ciphertext(), request.plaintext()));
      });
}

}  // namespace uacced::bench
