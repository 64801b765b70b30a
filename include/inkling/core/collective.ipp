#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <string>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void Collective::exchange(const std::vector<ConstBlock>&, const std::vector<Block>&) {}

INKLING_INLINE void Collective::gather(Block whole, const std::vector<std::size_t>& ends) {
  if (size() == 1) return;
  std::vector<Block> receive;
  std::size_t first = 0;
  for (const std::size_t end : ends) {
    receive.push_back({static_cast<std::uint8_t*>(whole.data) + first, end - first});
    first = end;
  }
  const Block& mine = receive[static_cast<std::size_t>(rank())];
  const std::vector<ConstBlock> send(receive.size(), ConstBlock{mine.data, mine.size});
  exchange(send, receive);
}

INKLING_INLINE std::vector<Collective::Bytes> Collective::gather(ConstBlock mine) {
  const auto ranks = static_cast<std::size_t>(size());
  const auto here = static_cast<std::size_t>(rank());
  const auto sizes = inkling::gather(*this, std::uint64_t{mine.size});
  std::vector<Bytes> all(ranks);
  std::vector<Block> receive;
  for (std::size_t r = 0; r < ranks; ++r) {
    all[r].resize(sizes[r]);
    receive.push_back({all[r].data(), all[r].size()});
  }
  std::copy_n(static_cast<const std::uint8_t*>(mine.data), mine.size, all[here].data());
  exchange(std::vector<ConstBlock>(ranks, mine), receive);
  return all;
}

INKLING_INLINE void Collective::broadcast(Block data, int root) {
  const auto ranks = static_cast<std::size_t>(size());
  std::vector<ConstBlock> send(ranks);
  std::vector<Block> receive(ranks);
  if (rank() == root) {
    send.assign(ranks, ConstBlock{data.data, data.size});
  } else {
    receive[static_cast<std::size_t>(root)] = data;
  }
  exchange(send, receive);
}

INKLING_INLINE void Collective::barrier() {
  any(false);
}

INKLING_INLINE bool Collective::any(bool here) {
  const auto all = inkling::gather(*this, static_cast<std::uint8_t>(here ? 1 : 0));
  return std::find(all.begin(), all.end(), 1) != all.end();
}

INKLING_INLINE void require_same(Collective& ranks, std::uint64_t value, const char* what) {
  const auto all = gather(ranks, value);
  for (std::size_t r = 1; r < all.size(); ++r) {
    if (all[r] == all[0]) continue;
    throw ValueError("training together: " + std::string(what) + " of rank " + std::to_string(r) +
                     " differ from those of rank 0");
  }
}

}  // namespace inkling::inline INKLING_ABI
