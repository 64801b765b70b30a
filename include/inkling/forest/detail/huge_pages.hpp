#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace inkling::inline INKLING_ABI::forest::detail {

/// Asks the system to hold memory that nobody has written to yet in large pages, where there are any. Samples that are
/// read in the order of a tree's nodes lie in another page each, and to find 4 KiB pages takes longer than to read
/// them.
inline void prefer_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (start + page - 1) / page * page;
  const std::uintptr_t last = (start + bytes) / page * page;
  if (first >= last) return;
  // Where it is refused, pages stay as they are.
  static_cast<void>(madvise(static_cast<std::byte*>(memory) + (first - start), last - first, MADV_HUGEPAGE));
#endif
}

}  // namespace inkling::inline INKLING_ABI::forest::detail
