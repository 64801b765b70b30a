#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/data/fingerprint.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void Fingerprint::add(double number) noexcept {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  add(bits);
}

INKLING_INLINE void Fingerprint::add(const void* bytes, std::size_t size) noexcept {
  std::uint64_t word = 0;
  for (std::size_t at = 0; at < size; at += sizeof word) {
    word = 0;
    std::memcpy(&word, static_cast<const std::uint8_t*>(bytes) + at, std::min(sizeof word, size - at));
    add(word);
  }
}

INKLING_INLINE std::uint64_t fingerprint(const Dataset& data) {
  Fingerprint sum(static_cast<std::uint64_t>(data.size()));
  for (Index i = 0; i < data.size(); ++i) {
    sum.add(static_cast<std::uint64_t>(data.label(i)));
    sum.add(data.image(i).data(), data.image(i).size());
  }
  return sum.value();
}

}  // namespace inkling::inline INKLING_ABI
