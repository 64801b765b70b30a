#pragma once

#include <inkling/core/config.hpp>
#include <inkling/data/dataset.hpp>

#include <cstddef>
#include <cstdint>

namespace inkling::inline INKLING_ABI {

/// A number that tells contents apart, made of one piece after another. It is no protection against people who want two
/// contents to have the same.
class Fingerprint {
 public:
  explicit Fingerprint(std::uint64_t start = 0) noexcept : hash_(start) {}

  void add(std::uint64_t word) noexcept {
    hash_ = (hash_ ^ word) * 0x9E3779B97F4A7C15U;
    hash_ ^= hash_ >> 32U;
  }
  void add(double number) noexcept;
  void add(const void* bytes, std::size_t size) noexcept;

  std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_;
};

/// Of the pixels and labels, in their order.
std::uint64_t fingerprint(const Dataset& data);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/fingerprint.ipp>
#endif
