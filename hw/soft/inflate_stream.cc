#include "hw/soft/inflate_stream.h"

#include <new>

#include "hw/soft/deflate_wrapper.h"
#include "hw/soft/inflater.h"

namespace uacced::hw {
namespace {

constexpr size_t kAllocatorBytes = size_t{8} << 10;
constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kCorrupt = absl::StatusCode::kInvalidArgument;

class InflateStream : public SoftStream {
 public:
  explicit InflateStream(Algorithm format)
      : format_(format), header_(format), trailer_(format) {}

  size_t max_memory_bytes() const override {
    return sizeof(InflateStream) + sizeof(Inflater) + kAllocatorBytes;
  }

 private:
  using Outcome = DeflateHeader::Outcome;
  enum class Part { kHeader, kBody, kTrailer, kBetween };

  absl::StatusCode Step(Bytes& source, MutableBytes& room, bool last) override;
  Outcome RunPart(Bytes& source, MutableBytes& room);
  Outcome RunBody(Bytes& source, MutableBytes& room);
  void NextPart();

  const Algorithm format_;
  Part part_ = Part::kHeader;
  DeflateHeader header_;
  std::unique_ptr<Inflater> inflater_;
  DeflateTrailer trailer_;
};

absl::StatusCode InflateStream::Step(Bytes& source, MutableBytes& room,
                                     bool last) {
  if (inflater_ == nullptr) {
    inflater_.reset(new (std::nothrow) Inflater);
    if (inflater_ == nullptr) return absl::StatusCode::kUnavailable;
  }
  for (;;) {
    if (part_ == Part::kBetween) {
      if (source.empty()) break;
      // Only gzip may go on.
      if (format_ != Algorithm::kGzip) return kCorrupt;
    }
    const Outcome outcome = RunPart(source, room);
    if (outcome == Outcome::kCorrupt) return kCorrupt;
    if (outcome == Outcome::kMore) break;
    NextPart();
  }
  progress_.done = part_ == Part::kBetween;
  // While output may be left, there is no telling that too little came.
  const bool may_have_output = part_ == Part::kBody && room.empty();
  if (last && source.empty() && !progress_.done && !may_have_output) {
    return kCorrupt;
  }
  return kOk;
}

InflateStream::Outcome InflateStream::RunPart(Bytes& source,
                                              MutableBytes& room) {
  switch (part_) {
    case Part::kHeader:
      return header_.Run(source);
    case Part::kBody:
      return RunBody(source, room);
    case Part::kTrailer:
      return trailer_.Run(source);
    case Part::kBetween:
      break;
  }
  return Outcome::kEnd;
}

InflateStream::Outcome InflateStream::RunBody(Bytes& source,
                                              MutableBytes& room) {
  for (;;) {
    const MutableBytes before = room;
    const size_t source_bytes = source.size();
    const Inflater::Outcome outcome = inflater_->Run(source, room);
    const size_t produced = before.size() - room.size();
    trailer_.AddOutput(before.first(produced));
    if (outcome == Inflater::Outcome::kCorrupt) return Outcome::kCorrupt;
    if (outcome == Inflater::Outcome::kEnd) break;
    if (source.empty() || room.empty()) return Outcome::kMore;
    if (produced == 0 && source.size() == source_bytes) {
      return Outcome::kCorrupt;  // Nothing moves any more.
    }
  }
  // What was taken too much of belongs to the trailer, if there is one.
  const Inflater::Unread unread = inflater_->TakeUnread();
  Bytes rest = Bytes(unread.bytes).first(unread.count);
  if (rest.empty()) return Outcome::kEnd;
  if (trailer_.Run(rest) == Outcome::kCorrupt || !rest.empty()) {
    return Outcome::kCorrupt;
  }
  return Outcome::kEnd;
}

void InflateStream::NextPart() {
  switch (part_) {
    case Part::kHeader:
      inflater_->Reset();
      trailer_.Reset();
      part_ = Part::kBody;
      break;
    case Part::kBody:
      part_ = Part::kTrailer;
      break;
    case Part::kTrailer:
      part_ = Part::kBetween;
      break;
    case Part::kBetween:
      header_.Reset();
      part_ = Part::kHeader;
      break;
  }
}

}  // namespace

std::unique_ptr<SoftStream> NewInflateStream(const StreamSpec& spec) {
  return std::unique_ptr<SoftStream>(new (std::nothrow)
                                         InflateStream(spec.algorithm));
}

}  // namespace uacced::hw
