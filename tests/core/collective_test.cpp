#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "thread_ranks.hpp"

using namespace inkling;

namespace {

Collective::Bytes bytes(int value, std::size_t count) {
  return Collective::Bytes(count, static_cast<std::uint8_t>(value));
}

std::vector<Collective::Bytes> gather_bytes(Collective& ranks, const Collective::Bytes& mine) {
  return ranks.gather(Collective::ConstBlock{mine.data(), mine.size()});
}

}  // namespace

TEST_CASE("shares cover what is shared, one behind another, and differ by one at most") {
  for (const std::ptrdiff_t count : {0, 1, 4, 7, 100}) {
    for (const int size : {1, 2, 3, 5, 16}) {
      CAPTURE(count);
      CAPTURE(size);
      std::ptrdiff_t next = 0;
      for (int r = 0; r < size; ++r) {
        const RankShare share = share_of(count, r, size);
        CHECK(share.first == next);
        CHECK(share.size() >= count / size);
        CHECK(share.size() <= (count + size - 1) / size);
        next = share.last;
      }
      CHECK(next == count);
    }
  }
}

TEST_CASE("numbers are dealt out to the ranks, each to one") {
  class Second final : public Collective {
   public:
    int rank() const noexcept override { return 1; }
    int size() const noexcept override { return 3; }
  } second;
  Collective alone;
  for (int round = 0; round < 2; ++round) {
    second.start_dealing();
    alone.start_dealing();
    for (const std::ptrdiff_t k : {0, 1, 2}) {
      CHECK(second.deal() == 1 + 3 * k);
      CHECK(alone.deal() == k);
    }
  }
  std::vector<int> dealt(100, 0);
  std::mutex mutex;
  ThreadRanks(3).run([&](Collective& ranks, int) {
    ranks.start_dealing();
    for (std::ptrdiff_t i = ranks.deal(); i < std::ssize(dealt); i = ranks.deal()) {
      const std::lock_guard lock(mutex);
      ++dealt[static_cast<std::size_t>(i)];
    }
  });
  CHECK(dealt == std::vector<int>(100, 1));
}

TEST_CASE("one rank has what it gives") {
  Collective alone;
  CHECK(alone.rank() == 0);
  CHECK(alone.size() == 1);
  CHECK(gather_bytes(alone, bytes(3, 5)) == std::vector<Collective::Bytes>{bytes(3, 5)});
  CHECK(alone.any(true));
  CHECK_FALSE(alone.any(false));
  std::vector<int> values{1, 2};
  gather(alone, values.data(), {2});
  CHECK(values == std::vector<int>{1, 2});
  alone.broadcast({values.data(), values.size() * sizeof(int)});
  alone.barrier();
  require_same(alone, 7, "the sevens");
}

TEST_CASE("every rank gets what each gave it") {
  for (const int size : {1, 2, 3, 5}) {
    CAPTURE(size);
    ThreadRanks(size).run([size](Collective& ranks, int rank) {
      REQUIRE(ranks.rank() == rank);
      REQUIRE(ranks.size() == size);
      // to rank r: r + 1 bytes of our number
      std::vector<Collective::Bytes> to;
      std::vector<Collective::Bytes> from;
      std::vector<Collective::ConstBlock> send;
      std::vector<Collective::Block> receive;
      for (int r = 0; r < size; ++r) {
        to.push_back(bytes(rank, static_cast<std::size_t>(r) + 1));
        from.push_back(bytes(99, static_cast<std::size_t>(rank) + 1));
      }
      for (const auto& block : to) send.push_back({block.data(), block.size()});
      for (auto& block : from) receive.push_back({block.data(), block.size()});
      ranks.exchange(send, receive);
      for (int r = 0; r < size; ++r) {
        CHECK(from[static_cast<std::size_t>(r)] == bytes(r == rank ? 99 : r, static_cast<std::size_t>(rank) + 1));
      }

      const auto all = gather_bytes(ranks, bytes(rank + 10, static_cast<std::size_t>(3 * rank)));
      for (int r = 0; r < size; ++r) {
        CHECK(all[static_cast<std::size_t>(r)] == bytes(r + 10, static_cast<std::size_t>(3 * r)));
      }

      std::vector<std::int32_t> parts(static_cast<std::size_t>(2 * size), -1);
      parts[static_cast<std::size_t>(2 * rank)] = rank;
      parts[static_cast<std::size_t>(2 * rank + 1)] = 100 * rank;
      std::vector<std::size_t> ends;
      for (int r = 1; r <= size; ++r) ends.push_back(static_cast<std::size_t>(2 * r));
      gather(ranks, parts.data(), ends);
      for (int r = 0; r < size; ++r) {
        CHECK(parts[static_cast<std::size_t>(2 * r)] == r);
        CHECK(parts[static_cast<std::size_t>(2 * r + 1)] == 100 * r);
      }

      std::int32_t word = rank == size - 1 ? 42 : 0;
      ranks.broadcast({&word, sizeof word}, size - 1);
      CHECK(word == 42);
      CHECK(ranks.any(rank == size / 2));
      CHECK_FALSE(ranks.any(false));
      ranks.barrier();
    });
  }
}

TEST_CASE("what differs between ranks is an error on all of them, which names the first") {
  int refused = 0;
  std::mutex mutex;
  ThreadRanks(4).run([&](Collective& ranks, int rank) {
    require_same(ranks, 5, "the fives");
    try {
      require_same(ranks, rank < 2 ? 5 : 6, "the fives");
    } catch (const ValueError& error) {
      const std::lock_guard lock(mutex);
      refused +=
          error.what() == std::string("training together: the fives of rank 2 differ from those of rank 0") ? 1 : 0;
    }
  });
  CHECK(refused == 4);
}

TEST_CASE("a rank that fails lets nobody wait") {
  CHECK_THROWS_AS(ThreadRanks(3).run([](Collective& ranks, int rank) {
    if (rank == 1) throw std::logic_error("rank 1");
    ranks.barrier();
  }),
                  std::logic_error);
}
