#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/forest/detail/huge_pages.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace inkling::inline INKLING_ABI::forest::detail {

/// Memory for bytes, which are to be written first: in large pages, where there are any, and as if it were a whole
/// number of them when it fills the last by half. It begins where a page does, or else up to one of them would be
/// small.
class LargeBytes {
 public:
  LargeBytes() = default;
  explicit LargeBytes(Index size) : size_(size) {
    const auto room = static_cast<std::size_t>(std::max(size, (size + page / 2) / page * page));
    const std::align_val_t alignment{size < page / 2 ? std::size_t{64} : std::size_t{page}};
    bytes_ = {static_cast<std::uint8_t*>(::operator new(room, alignment)), Delete{alignment}};
    prefer_huge_pages(bytes_.get(), room);
  }

  std::uint8_t* data() noexcept { return bytes_.get(); }
  const std::uint8_t* data() const noexcept { return bytes_.get(); }
  Index size() const noexcept { return bytes_ ? size_ : 0; }

 private:
  static constexpr Index page = Index{2} << 20U;

  struct Delete {
    std::align_val_t alignment;  // nothing when there are no bytes
    void operator()(std::uint8_t* bytes) const noexcept { ::operator delete(bytes, alignment); }
  };

  std::unique_ptr<std::uint8_t, Delete> bytes_;
  Index size_ = 0;
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
