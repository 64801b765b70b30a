#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

/// libFuzzer's entry: runs the code under test on any bytes. Returns 0; an exception that leaves it, a signal or a
/// report of a sanitizer is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace inkling::fuzz {

/// A broken promise is a finding in every build type.
inline void expect(bool condition) {
  if (!condition) std::abort();
}

/// Takes bytes off the front of an input; 0 when none is left.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  std::uint8_t take() {
    if (rest_.empty()) return 0;
    const std::uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::span<const std::uint8_t> rest() const { return rest_; }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace inkling::fuzz
