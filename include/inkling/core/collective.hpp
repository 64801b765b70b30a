#pragma once

#include <inkling/core/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Processes that train one model together: ranks 0, 1, ..., size() - 1, each with its own memory. This class is one
/// rank alone, which exchanges nothing; inkling/mpi.hpp has one of many. All ranks call the same members in the same
/// order with sizes that fit, from one thread each; a call returns when this rank has what it gets.
///
/// The library never lets a result depend on how many ranks there are: it adds in an order that the work decides.
class Collective {
 public:
  /// Some memory, to be filled or sent. (No std::span of std::byte, which costs a compiler more than all the rest.)
  struct Block {
    void* data = nullptr;
    std::size_t size = 0;  // bytes
  };
  struct ConstBlock {
    const void* data = nullptr;
    std::size_t size = 0;
  };
  using Bytes = std::vector<std::uint8_t>;

  Collective() = default;
  Collective(const Collective&) = delete;
  Collective& operator=(const Collective&) = delete;
  virtual ~Collective() = default;

  virtual int rank() const noexcept { return 0; }
  virtual int size() const noexcept { return 1; }

  /// Sends send[r] to rank r and fills receive[r] with what rank r sends, both one for each rank. Nobody sends to
  /// itself: send[rank()] and receive[rank()] are ignored. The size of what is sent is the size of what is received.
  /// Throws Error when a rank is gone or sends another size.
  virtual void exchange(const std::vector<ConstBlock>& send, const std::vector<Block>& receive);

  /// Fills the parts of the other ranks. whole: ends[r] - ends[r - 1] bytes of each rank r, one behind another.
  void gather(Block whole, const std::vector<std::size_t>& ends);

  /// What each rank gives, of any size, in the order of the ranks.
  std::vector<Bytes> gather(ConstBlock mine);

  /// What rank `root` has in `data` is copied to the others.
  void broadcast(Block data, int root = 0);

  /// Returns when all ranks have called it.
  void barrier();

  /// Whether any rank says so.
  bool any(bool here);

  /// Begins to deal out the numbers 0, 1, ..., each to one rank.
  virtual void start_dealing() { dealt_ = 0; }

  /// The next number that is this rank's; any of its threads may ask. Which ranks get which numbers is not said: ranks
  /// that share memory may give the next one to whoever asks first. None is left out when all ask until they get one
  /// that they have no use for.
  virtual std::ptrdiff_t deal() { return rank() + size() * dealt_++; }

 private:
  std::atomic<std::ptrdiff_t> dealt_{0};
};

/// A part of the numbers 0, 1, ..., count - 1.
struct RankShare {
  std::ptrdiff_t first = 0;
  std::ptrdiff_t last = 0;  // one behind

  std::ptrdiff_t size() const noexcept { return last - first; }
  bool operator==(const RankShare&) const = default;
};

/// That of one rank, when each gets as many of `count` as any other, give or take one, in the order of the ranks.
constexpr RankShare share_of(std::ptrdiff_t count, int rank, int size) noexcept {
  return {count * rank / size, count * (rank + 1) / size};
}

/// Throws ValueError, on all ranks, that names the first rank for which `value` is another than for rank 0. what: "the
/// training data".
void require_same(Collective& ranks, std::uint64_t value, const char* what);

/// Fills the parts of the other ranks. whole: ends[r] - ends[r - 1] values of each rank r.
template <typename T>
void gather(Collective& ranks, T* whole, std::vector<std::size_t> ends) {
  static_assert(std::is_trivially_copyable_v<T>);
  for (std::size_t& end : ends) end *= sizeof(T);
  ranks.gather(Collective::Block{whole, ends.back()}, ends);
}

/// What each rank gives, in the order of the ranks.
template <typename T>
std::vector<T> gather(Collective& ranks, const T& mine) {
  std::vector<T> all(static_cast<std::size_t>(ranks.size()), mine);
  std::vector<std::size_t> ends;
  for (std::size_t r = 1; r <= all.size(); ++r) ends.push_back(r);
  gather(ranks, all.data(), std::move(ends));
  return all;
}

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/core/collective.ipp>
#endif
