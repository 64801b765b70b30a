#include <inkling/core/matrix.hpp>
#include <inkling/forest/detail/large_bytes.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

using namespace inkling;
using forest::detail::LargeBytes;

TEST_CASE("All bytes of a LargeBytes can be written, and it moves with them") {
  constexpr Index page = Index{2} << 20U;
  for (const Index size : {Index{0}, Index{1}, page - 1, page, page + 1, page + page / 2, 2 * page - 1}) {
    LargeBytes bytes(size);
    CHECK(bytes.size() == size);
    for (Index i = 0; i < size; ++i) bytes.data()[i] = static_cast<std::uint8_t>(i % 251);
    const LargeBytes moved = std::move(bytes);
    REQUIRE(moved.size() == size);
    bool same = true;
    for (Index i = 0; i < size; ++i) same = same && moved.data()[i] == i % 251;
    CHECK(same);
  }
  CHECK(LargeBytes().size() == 0);
}
