#include "heap.hpp"

#include <cstdint>
#include <cstdlib>

#if defined(__GLIBC__)

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

void prepare_heap() {
  constexpr int start = 32 << 20;
  constexpr std::uintptr_t page = 4096;
  // As they become by themselves in a program that has freed a large block.
  mallopt(M_MMAP_THRESHOLD, start);
  mallopt(M_TRIM_THRESHOLD, 2 * start);
  mallopt(M_TOP_PAD, start);
  const auto begin = reinterpret_cast<std::uintptr_t>(sbrk(0)) & ~(page - 1);
  void* volatile more = std::malloc(1 << 20);  // than there is: it grows. Volatile: a compiler may leave both calls out
  std::free(more);
  const auto end = reinterpret_cast<std::uintptr_t>(sbrk(0));
  mallopt(M_TOP_PAD, 0);
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

#else

void prepare_heap() {}

#endif
