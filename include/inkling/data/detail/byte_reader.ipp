#pragma once

#include <inkling/core/error.hpp>
#include <inkling/data/detail/byte_reader.hpp>

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE ByteReader::ByteReader(const std::filesystem::path& file) : name_(file.string()) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw FileError(name_ + ": " + (error ? error.message() : "expected a file, got something else"));
  }
  size_ = std::filesystem::file_size(file, error);
  if (error) throw FileError(name_ + ": " + error.message());
  errno = 0;
  file_.open(file, std::ios::binary);
  if (!file_) throw FileError(name_ + ": cannot open: " + std::generic_category().message(errno));
  constexpr std::uint64_t chunk_size = 1U << 16U;
  chunk_.resize(static_cast<std::size_t>(std::clamp<std::uint64_t>(size_, 1, chunk_size)));
  detect_gzip();
}

INKLING_INLINE ByteReader::ByteReader(std::span<const std::uint8_t> bytes, std::string name)
    : name_(std::move(name)), input_(bytes), size_(bytes.size()) {
  detect_gzip();
}

INKLING_INLINE std::uint64_t ByteReader::size_limit() const noexcept {
  constexpr std::uint64_t best_ratio = 1032;  // https://zlib.net/zlib_tech.html
  if (!compressed()) return size_;
  constexpr std::uint64_t usual_ratio = 20;
  constexpr std::uint64_t little = std::uint64_t{64} << 20U;
  const std::uint64_t size = std::min(size_, std::numeric_limits<std::uint64_t>::max() / best_ratio);
  return std::min(size * best_ratio, std::max(little, size * usual_ratio));
}

INKLING_INLINE std::size_t ByteReader::read(std::span<std::uint8_t> into) {
  return compressed() ? unpack(into) : copy(into);
}

INKLING_INLINE void ByteReader::detect_gzip() {
  refill();
  if (input_.size() < 2 || input_[0] != 0x1F || input_[1] != 0x8B) return;
  auto stream = std::make_unique<z_stream>();
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(stream.get(), gzip_only) != Z_OK) throw std::bad_alloc();
  inflater_.reset(stream.release());
}

/// Makes `input_` non-empty, unless everything was read.
INKLING_INLINE bool ByteReader::refill() {
  if (input_.empty() && file_.is_open()) {
    file_.read(reinterpret_cast<char*>(chunk_.data()), static_cast<std::streamsize>(chunk_.size()));
    if (file_.bad()) throw FileError(name_ + ": reading failed at byte " + std::to_string(consumed_));
    input_ = std::span(chunk_).first(static_cast<std::size_t>(file_.gcount()));
  }
  return !input_.empty();
}

INKLING_INLINE std::size_t ByteReader::copy(std::span<std::uint8_t> into) {
  std::size_t done = 0;
  while (done < into.size() && refill()) {
    const std::size_t count = std::min(into.size() - done, input_.size());
    std::copy_n(input_.begin(), count, into.begin() + static_cast<std::ptrdiff_t>(done));
    input_ = input_.subspan(count);
    consumed_ += count;
    done += count;
  }
  return done;
}

INKLING_INLINE std::size_t ByteReader::unpack(std::span<std::uint8_t> into) {
  constexpr std::size_t largest = std::numeric_limits<uInt>::max();  // zlib counts in 32 bits
  std::size_t done = 0;
  while (done < into.size() && !ended_) {
    if (!refill()) fail("gzip data are cut off");
    z_stream& stream = *inflater_;
    const auto given = static_cast<uInt>(std::min(input_.size(), largest));
    const auto wanted = static_cast<uInt>(std::min(into.size() - done, largest));
    stream.next_in = const_cast<Bytef*>(input_.data());  // inflate does not write there
    stream.avail_in = given;
    stream.next_out = into.data() + done;
    stream.avail_out = wanted;
    const int status = inflate(&stream, Z_NO_FLUSH);
    consumed_ += given - stream.avail_in;
    input_ = input_.subspan(given - stream.avail_in);
    done += wanted - stream.avail_out;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_STREAM_END) {
      end_member();
    } else if (status != Z_OK) {
      fail(std::string("gzip data are corrupt (") + (stream.msg != nullptr ? stream.msg : zError(status)) + ")");
    }
  }
  return done;
}

/// Another member may follow, and nothing else.
INKLING_INLINE void ByteReader::end_member() {
  ended_ = !refill();
  if (ended_) return;
  if (input_[0] != 0x1F) fail("the gzip data are followed by other bytes");
  inflateReset(inflater_.get());
}

INKLING_INLINE void ByteReader::fail(const std::string& what) const {
  throw FormatError(name_ + ": " + what + ", at byte " + std::to_string(consumed_) + " of " + std::to_string(size_));
}

}  // namespace inkling::inline INKLING_ABI
