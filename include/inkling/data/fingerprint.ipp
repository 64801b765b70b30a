#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/data/fingerprint.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void Fingerprint::add(double number) noexcept {
  add(std::bit_cast<std::uint64_t>(number));
}

INKLING_INLINE void Fingerprint::add(std::span<const std::byte> bytes) noexcept {
  std::uint64_t word = 0;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof word) {
    word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof word, bytes.size() - at));
    add(word);
  }
}

INKLING_INLINE std::uint64_t fingerprint(const Dataset& data) {
  Fingerprint sum(static_cast<std::uint64_t>(data.size()));
  for (Index i = 0; i < data.size(); ++i) {
    sum.add(static_cast<std::uint64_t>(data.label(i)));
    sum.add(std::as_bytes(data.image(i)));
  }
  return sum.value();
}

}  // namespace inkling::inline INKLING_ABI
