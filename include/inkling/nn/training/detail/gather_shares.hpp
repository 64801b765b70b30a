#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::nn::detail {

/// values: `each` of every task, of which each rank has those of its share_of the tasks; afterwards all have all.
template <typename T>
void gather_shares(Collective& ranks, Index tasks, Index each, T* values) {
  std::vector<std::size_t> ends;
  for (int r = 0; r < ranks.size(); ++r) {
    ends.push_back(static_cast<std::size_t>(share_of(tasks, r, ranks.size()).last * each));
  }
  gather(ranks, values, ends);
}

}  // namespace inkling::inline INKLING_ABI::nn::detail
