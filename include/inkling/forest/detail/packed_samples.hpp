#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/forest/detail/large_bytes.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// Samples of bytes without the zeros among them: of each, a bit a feature that says where a byte is not 0, and those
/// bytes one after another. Of the pixels of EMNIST three quarters are 0, of its gradients 30 %.
class PackedSamples {
 public:
  explicit PackedSamples(Index features) : features_(features), words_((features + bits - 1) / bits) {}

  Index size() const noexcept { return size_; }
  /// Bytes in memory.
  Index held_bytes() const noexcept {
    Index sum = 0;
    for (const Chunk& chunk : chunks_) {
      sum += chunk.bytes.size() + std::ssize(chunk.places) * static_cast<Index>(sizeof(std::uint32_t));
    }
    return sum;
  }

  /// Of the gradients of EMNIST 10 MB, nearly all of them in large pages: a walk through a node asks for another page
  /// with each sample, and where pages are small, it waits twice as long for them as for the bytes.
  static constexpr Index chunk_samples = Index{1} << 13;

  /// samples: features x n, those from chunk * chunk_samples on. Chunks may come in any order, since who hands samples
  /// over may give their memory back from the end.
  void set_chunk(Index chunk, const Pixels& samples, int threads) {
    if (std::ssize(chunks_) <= chunk) chunks_.resize(static_cast<std::size_t>(chunk) + 1);
    Chunk& to = chunks_[static_cast<std::size_t>(chunk)];
    size_ += samples.cols() - std::ssize(to.places);
    to = packed(samples, threads);
  }

  /// Writes all bytes of a sample.
  void unpack(Index sample, std::uint8_t* to) const noexcept {
    const std::uint8_t* const record = at(sample);
    const std::uint8_t* byte = record + words_ * word_bytes;
    for (Index w = 0; w < words_; ++w) {
      const Index count = std::min(bits, features_ - w * bits);
      std::uint64_t word = mask(record, w);
      for (Index k = 0; k < count; ++k, word >>= 1U) {
        const auto set = static_cast<std::uint8_t>(word & 1U);
        to[w * bits + k] = static_cast<std::uint8_t>(*byte & -set);  // there is one, see packed()
        byte += set;
      }
    }
  }

  /// Writes one byte for each of `features`, which ascend: to[0], to[stride], ...
  void gather(Index sample, std::span<const std::uint16_t> features, std::uint8_t* to, Index stride) const noexcept {
    const std::uint8_t* const record = at(sample);
    const std::uint8_t* bytes = record + words_ * word_bytes;  // of the word
    Index w = 0;
    std::uint64_t word = mask(record, 0);
    for (const std::uint16_t feature : features) {
      for (; w < feature / bits; word = mask(record, ++w)) bytes += std::popcount(word);
      const std::uint64_t bit = std::uint64_t{1} << (feature % bits);
      const std::uint8_t byte = bytes[std::popcount(word & (bit - 1))];  // there is one, see packed()
      *to = (word & bit) != 0 ? byte : std::uint8_t{0};
      to += stride;
    }
  }

  /// Asks for the memory of a sample ahead of time: of its bits, behind which the processor finds the bytes.
  void prefetch(Index sample) const noexcept {
    constexpr Index line = 64;
    const std::uint8_t* const record = at(sample);
    for (Index byte = 0; byte < words_ * word_bytes; byte += line) __builtin_prefetch(record + byte);
  }

 private:
  static constexpr Index bits = 64;
  static constexpr Index word_bytes = 8;

  struct Chunk {
    LargeBytes bytes;                   // of the samples, one after another
    std::vector<std::uint32_t> places;  // where each begins
  };

  static std::uint64_t mask(const std::uint8_t* record, Index word) noexcept {
    std::uint64_t result = 0;
    std::memcpy(&result, record + word * word_bytes, sizeof(result));
    return result;
  }

  const std::uint8_t* at(Index sample) const noexcept {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(sample / chunk_samples)];
    return chunk.bytes.data() + chunk.places[static_cast<std::size_t>(sample % chunk_samples)];
  }

  Chunk packed(const Pixels& samples, int threads) const {
    std::vector<Index> sizes(static_cast<std::size_t>(samples.cols()));
    parallel_for(samples.cols(), threads, [&](Index i, int) {
      sizes[static_cast<std::size_t>(i)] = words_ * word_bytes + (samples.col(i).array() != 0).count();
    });
    Chunk chunk;
    Index end = 0;
    for (const Index size : sizes) {
      chunk.places.push_back(static_cast<std::uint32_t>(end));
      end += size;
    }
    chunk.bytes = LargeBytes(end + 1);  // so that there is a byte behind those of the last sample, too
    chunk.bytes.data()[end] = 0;
    parallel_for(samples.cols(), threads, [&](Index i, int) {
      write(samples.col(i).data(), chunk.bytes.data() + chunk.places[static_cast<std::size_t>(i)]);
    });
    return chunk;
  }

  void write(const std::uint8_t* sample, std::uint8_t* record) const noexcept {
    std::uint8_t* byte = record + words_ * word_bytes;
    for (Index w = 0; w < words_; ++w) {
      std::uint64_t word = 0;
      for (Index f = w * bits; f < std::min((w + 1) * bits, features_); ++f) {
        if (sample[f] == 0) continue;
        word |= std::uint64_t{1} << (f % bits);
        *byte++ = sample[f];
      }
      std::memcpy(record + w * word_bytes, &word, sizeof(word));
    }
  }

  Index features_ = 0;
  Index words_ = 0;  // of bits, before the bytes of a sample
  Index size_ = 0;
  std::vector<Chunk> chunks_;  // each of chunk_samples, the last of the rest
};

}  // namespace inkling::inline INKLING_ABI::forest::detail
