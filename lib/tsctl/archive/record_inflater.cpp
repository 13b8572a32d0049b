#include "tsctl/archive/record_inflater.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "tsctl/archive/zip_directory.h"

namespace tsctl {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} * 1024;

}  // namespace

RecordInflater::RecordInflater(const BinaryFile& file, std::string name, std::uint64_t offset,
                               std::uint64_t stored_bytes)
    : file_(file),
      name_(std::move(name)),
      offset_(offset),
      left_(stored_bytes),
      in_(static_cast<std::size_t>(std::min<std::uint64_t>(stored_bytes, kChunkBytes))),
      inflater_(std::make_unique<z_stream>()) {
  if (inflateInit2(inflater_.get(), -MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

RecordInflater::~RecordInflater() { inflateEnd(inflater_.get()); }

bool RecordInflater::is_over() const noexcept {
  return ended_ && left_ == 0 && inflater_->avail_in == 0;
}

std::size_t RecordInflater::read(unsigned char* target, std::size_t size) {
  std::size_t done = 0;
  while (done < size && !ended_) {
    if (inflater_->avail_in == 0 && left_ > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in_.size()));
      file_.read_at(offset_, in_.data(), count);
      inflater_->next_in = in_.data();
      inflater_->avail_in = static_cast<uInt>(count);
      offset_ += count;
      left_ -= count;
    }
    const std::size_t wanted =
        std::min<std::size_t>(size - done, std::numeric_limits<uInt>::max() / 2);
    inflater_->next_out = target + done;
    inflater_->avail_out = static_cast<uInt>(wanted);
    const int state = inflate(inflater_.get(), Z_NO_FLUSH);
    done += wanted - inflater_->avail_out;
    ended_ = state == Z_STREAM_END;
    if (state != Z_OK && state != Z_STREAM_END) {
      throw_damaged_zip(file_,
                        fmt::format("the compressed content of record {} is damaged", name_));
    }
  }
  return done;
}

}  // namespace tsctl
