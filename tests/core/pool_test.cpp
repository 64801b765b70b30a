#include <inkling/core/pool.hpp>

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

using inkling::Pool;

TEST_CASE("a pool lends what was given back, and makes what it lacks") {
  Pool<int> pool;
  int* first = nullptr;
  {
    const auto lease = pool.take();
    first = &*lease;
    *lease = 7;
    CHECK(&*pool.take() != first);  // in use together
  }
  std::set<int*> seen;
  const auto a = pool.take();
  const auto b = pool.take();
  seen.insert({&*a, &*b});
  CHECK(seen.size() == 2);
  CHECK(seen.count(first) == 1);
}

TEST_CASE("a copy of a pool starts empty") {
  Pool<int> pool;
  int* const first = &*pool.take();
  Pool<int> copy = pool;
  CHECK(&*copy.take() != first);
  CHECK(&*pool.take() == first);
}

TEST_CASE("no two users of a pool hold the same object") {
  Pool<int> pool;
  std::vector<std::jthread> users;
  std::vector<char> alone(4, 1);
  for (std::size_t u = 0; u < alone.size(); ++u) {
    users.emplace_back([&, u] {
      for (int round = 0; round < 1000; ++round) {
        const auto lease = pool.take();
        *lease = static_cast<int>(u);
        alone[u] &= *lease == static_cast<int>(u);
      }
    });
  }
  users.clear();
  CHECK(alone == std::vector<char>(4, 1));
}

TEST_CASE("a pool that is assigned to drops what was warmed up for its owner as it was") {
  Pool<int> pool;
  *pool.take() = 7;
  CHECK(*pool.take() == 7);
  pool = Pool<int>();
  CHECK(*pool.take() == 0);
}
