#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Reads a file or memory from its beginning to its end. Bytes that begin as gzip (RFC 1952) come unpacked, whatever
/// the file's name; a gzip file may have several members.
class ByteReader {
 public:
  /// Throws FileError unless `file` is a regular file that can be read.
  explicit ByteReader(const std::filesystem::path& file);
  /// `bytes` must outlive the reader; `name` stands for a file name in errors.
  ByteReader(std::span<const std::uint8_t> bytes, std::string name);

  const std::string& name() const noexcept { return name_; }
  bool compressed() const noexcept { return inflater_ != nullptr; }

  /// No more bytes than this may come in all: the size of plain bytes; of packed ones, what deflate can hold (1032
  /// times its size) up to 64 MiB, and 20 times their size beyond, which pictures never reach. What a header declares
  /// is checked against it before memory is allocated.
  std::uint64_t size_limit() const noexcept;

  /// Fills `into` as far as there are bytes, and returns how many: fewer than asked for only at the end.
  /// Throws FormatError when gzip data are corrupt, cut off or followed by something else, FileError when reading
  /// fails.
  std::size_t read(std::span<std::uint8_t> into);

 private:
  struct EndInflate {
    void operator()(z_stream* stream) const noexcept {
      inflateEnd(stream);
      delete stream;
    }
  };

  void detect_gzip();
  bool refill();
  std::size_t copy(std::span<std::uint8_t> into);
  std::size_t unpack(std::span<std::uint8_t> into);
  void end_member();
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::ifstream file_;                              // closed when reading memory
  std::vector<std::uint8_t> chunk_;                 // holds a part of the file
  std::span<const std::uint8_t> input_;             // read but not used: in chunk_, or in the caller's memory
  std::uint64_t size_ = 0;                          // bytes of the file, packed or not
  std::uint64_t consumed_ = 0;                      // of size_
  std::unique_ptr<z_stream, EndInflate> inflater_;  // null for plain bytes; zlib forbids moving a z_stream
  bool ended_ = false;                              // the last gzip member is complete
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/detail/byte_reader.ipp>
#endif
