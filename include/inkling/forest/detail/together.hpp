#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/forest/detail/out_of_bag.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/detail/tree_grower.hpp>
#include <inkling/forest/trees.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

/// What the ranks that grow a forest together do for one another.
namespace inkling::inline INKLING_ABI::forest::detail {

/// One list after another, as bytes.
class Packer {
 public:
  template <typename T>
  void add(const T* list, std::size_t size) {
    const std::uint64_t count = size;
    add_bytes(&count, sizeof count);
    add_bytes(list, size * sizeof(T));
  }
  void clear() noexcept { bytes_.clear(); }
  Collective::ConstBlock bytes() const noexcept { return {bytes_.data(), bytes_.size()}; }

 private:
  void add_bytes(const void* more, std::size_t size) {
    const auto* const first = static_cast<const std::uint8_t*>(more);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  Collective::Bytes bytes_;
};

/// Takes out again what a Packer added.
class Unpacker {
 public:
  explicit Unpacker(const Collective::Bytes& bytes) : next_(bytes.data()), left_(bytes.size()) {}

  bool empty() const noexcept { return left_ == 0; }

  template <typename T>
  std::vector<T> take() {
    std::uint64_t count = 0;
    take_bytes(&count, sizeof count);
    if (count > left_ / sizeof(T)) throw Error("fit_forest: another rank sent less than it says");
    std::vector<T> list(count);
    take_bytes(list.data(), count * sizeof(T));
    return list;
  }

 private:
  void take_bytes(void* to, std::size_t size) {
    if (size > left_) throw Error("fit_forest: another rank sent less than it says");
    if (size > 0) std::memcpy(to, next_, size);
    next_ += size;
    left_ -= size;
  }

  const std::uint8_t* next_;
  std::size_t left_;
};

/// trees: those that this rank has grown, and empty ones that another has. Afterwards all ranks have all of them. They
/// go in parts, whose memory is used again.
inline void exchange_trees(Collective& ranks, std::vector<Tree>& trees) {
  if (ranks.size() == 1) return;
  constexpr std::size_t part = 4;    // trees of a rank
  std::vector<std::uint64_t> grown;  // here
  for (std::size_t i = 0; i < trees.size(); ++i) {
    if (!trees[i].nodes.empty()) grown.push_back(i);
  }
  const auto counts = gather(ranks, grown.size());
  const std::size_t most = *std::max_element(counts.begin(), counts.end());
  Packer packer;
  for (std::size_t begin = 0; begin < most; begin += part) {
    packer.clear();
    for (std::size_t k = begin; k < std::min(begin + part, grown.size()); ++k) {
      const Tree& tree = trees[grown[k]];
      packer.add(&grown[k], 1);
      packer.add(tree.nodes.data(), tree.nodes.size());
      packer.add(tree.leaf_table.data(), tree.leaf_table.size());
      packer.add(tree.importance.data(), tree.importance.size());
    }
    const std::vector<Collective::Bytes> blocks = ranks.gather(packer.bytes());
    for (int r = 0; r < ranks.size(); ++r) {
      if (r == ranks.rank()) continue;
      for (Unpacker block(blocks[static_cast<std::size_t>(r)]); !block.empty();) {
        Tree& tree = trees.at(block.take<std::uint64_t>().at(0));
        tree.nodes = block.take<Node>();
        tree.leaf_table = block.take<std::uint16_t>();
        tree.importance = block.take<double>();
      }
    }
  }
}

/// verdicts: of blocks of samples, of which each rank has its share_of. Afterwards all ranks have all of them.
inline void exchange_verdicts(Collective& ranks, Index classes, std::vector<Verdicts>& verdicts) {
  if (ranks.size() == 1) return;
  const RankShare mine = share_of(std::ssize(verdicts), ranks.rank(), ranks.size());
  Packer packer;
  for (Index b = mine.first; b < mine.last; ++b) {
    const Verdicts& block = verdicts[static_cast<std::size_t>(b)];
    packer.add(block.truth.data(), block.truth.size());
    packer.add(block.predicted.data(), block.predicted.size());
    packer.add(block.shares.data(), static_cast<std::size_t>(block.shares.size()));
    packer.add(block.shares_truth.data(), block.shares_truth.size());
  }
  const std::vector<Collective::Bytes> blocks = ranks.gather(packer.bytes());
  for (int r = 0; r < ranks.size(); ++r) {
    if (r == ranks.rank()) continue;
    Unpacker from(blocks[static_cast<std::size_t>(r)]);
    const RankShare share = share_of(std::ssize(verdicts), r, ranks.size());
    for (Index b = share.first; b < share.last; ++b) {
      Verdicts& block = verdicts[static_cast<std::size_t>(b)];
      block.truth = from.take<Label>();
      block.predicted = from.take<Label>();
      const std::vector<float> shares = from.take<float>();
      block.shares = Eigen::Map<const Matrix>(shares.data(), classes, std::ssize(shares) / classes);
      block.shares_truth = from.take<Label>();
    }
  }
}

/// Lets the last trees, for which `seeds` are given, vote on the samples outside their bags; samples that are in every
/// bag are left out. most_scores: to calibrate on, every n-th sample where there are more; bounds the memory. The
/// result is for sum_up, which does not need the data any more.
inline std::vector<Verdicts> vote_out_of_bag(const Trees& trees, const TrainingData& data,
                                             std::span<const std::uint64_t> seeds, bool calibrate, int threads,
                                             Collective& ranks, Index most_scores = Index{1} << 24) {
  constexpr Index block = 256;  // samples a task
  const Index classes = data.num_classes();
  const std::vector<std::vector<bool>> in_bag = bags_of(seeds, data.size(), threads);
  const Index stride =
      calibrate ? std::max<Index>(1, (data.size() * classes + most_scores - 1) / most_scores) : Index{0};
  std::vector<Verdicts> verdicts(static_cast<std::size_t>((data.size() + block - 1) / block));
  const RankShare mine = share_of(std::ssize(verdicts), ranks.rank(), ranks.size());
  parallel_for(mine.size(), threads, [&](Index i, int) {
    const Index b = mine.first + i;
    const Index first = b * block;
    const Index size = std::min(block, data.size() - first);
    verdicts[static_cast<std::size_t>(b)] = judge(votes_on(trees, data, in_bag, first, size), data, first, stride);
  });
  exchange_verdicts(ranks, classes, verdicts);
  return verdicts;
}

}  // namespace inkling::inline INKLING_ABI::forest::detail
