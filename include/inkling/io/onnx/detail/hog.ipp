#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/io/onnx/detail/hog.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// The operators of Hog, which are linear but for the slant, the shares of directions and the norms of blocks.
class OnnxHog {
 public:
  OnnxHog(OnnxGraph& graph, const Hog& hog)
      : graph_(graph), options_(hog.options()), height_(hog.image_shape().height), width_(hog.image_shape().width) {}

  void append() {
    // A border of paper, into which a character may lean.
    graph_.apply("Pad", {graph_.integers("hog.border", {0, 0, 1, 1, 0, 0, 1, 1})});
    if (options_.deskew) deskew();
    const std::string shares = shared_out();
    std::vector<std::string> grids;
    for (const Index cell : options_.cells) grids.push_back(grid(shares, cell));
    if (grids.size() > 1) graph_.apply_to("Concat", grids, {{"axis", std::int64_t{1}}});
    graph_.set_flat({1, 1, features_});
  }

 private:
  using Inputs = std::vector<std::string>;

  std::string number(const std::string& name, float value) { return graph_.constant("hog." + name, {}, {&value, 1}); }
  std::string numbers(const std::string& name, const std::vector<Index>& dims, const std::vector<float>& values) {
    return graph_.constant("hog." + name, dims, values);
  }

  /// Sums of value(x, y) * ink over the image: [n, 1]. Coordinates count from the middle.
  template <typename Value>
  std::string moment(const std::string& flat, const std::string& name, const Value& value) {
    std::vector<float> factors;
    for (Index y = 0; y < height_ + 2; ++y) {
      for (Index x = 0; x < width_ + 2; ++x) factors.push_back(value(from_middle(x, width_), from_middle(y, height_)));
    }
    return graph_.apply_to("MatMul", {flat, numbers(name, {static_cast<Index>(factors.size()), 1}, factors)});
  }

  static float from_middle(Index place, Index side) {
    return static_cast<float>(place) - static_cast<float>(side + 1) / 2;
  }

  /// Moves rows sideways as detail::deskew does. A row is multiplied by a matrix of hats, whose columns hold the shares
  /// of the two pixels that a pixel is made of.
  void deskew() {
    const Index high = height_ + 2;
    const Index wide = width_ + 2;
    const std::string ink = graph_.position().value;
    const std::string flat = graph_.apply_to("Flatten", {ink}, {{"axis", std::int64_t{1}}});
    const std::string all = moment(flat, "mass", [](float, float) { return 1.0F; });
    const std::string across = moment(flat, "across", [](float x, float) { return x; });
    const std::string down = moment(flat, "down", [](float, float y) { return y; });
    const std::string down_2 = moment(flat, "down_2", [](float, float y) { return y * y; });
    const std::string together = moment(flat, "together", [](float x, float y) { return x * y; });
    const std::string mass = graph_.apply_to("Max", {all, number("least_mass", 1e-6F)});
    const std::string centre = graph_.apply_to("Div", {down, mass});
    const std::string variance = graph_.apply_to("Sub", {down_2, graph_.apply_to("Mul", {down, centre})});
    const std::string covariance = graph_.apply_to("Sub", {together, graph_.apply_to("Mul", {across, centre})});
    // Ink in a single row has no slant.
    const std::string least = graph_.apply_to("Mul", {all, number("least_variance", 1e-3F)});
    const std::string leans =
        graph_.apply_to("Cast", {graph_.apply_to("Greater", {variance, least})}, {{"to", OnnxGraph::float_type}});
    const std::string divisor = graph_.apply_to("Max", {variance, number("least_divisor", 1e-12F)});
    const std::string slant = graph_.apply_to("Mul", {graph_.apply_to("Div", {covariance, divisor}), leans});

    std::vector<float> rows;
    for (Index y = 0; y < high; ++y) rows.push_back(from_middle(y, height_));
    const std::string above = graph_.apply_to("Sub", {numbers("rows", {1, high}, rows), centre});
    const std::string shift = graph_.apply_to("Mul", {above, slant});  // [n, high]: the slant is minus what it is here
    std::vector<float> distances;                                      // [from][to]
    for (Index from = 0; from < wide; ++from) {
      for (Index to = 0; to < wide; ++to) distances.push_back(static_cast<float>(to - from));
    }
    const std::string apart = graph_.apply_to("Reshape", {shift, graph_.integers("hog.of_rows", {-1, high, 1, 1})});
    graph_.apply_to("Add", {apart, numbers("distances", {1, 1, wide, wide}, distances)});
    graph_.apply("Abs");
    graph_.apply("Neg");
    graph_.apply("Add", {number("one", 1)});
    graph_.apply("Relu");
    const std::string hats = graph_.position().value;  // [n, high, wide, wide]
    const std::string lines = graph_.apply_to("Reshape", {ink, graph_.integers("hog.lines", {-1, high, 1, wide})});
    graph_.apply_to("MatMul", {lines, hats});
    graph_.apply("Reshape", {graph_.integers("hog.image", {-1, 1, high, wide})});
  }

  /// What each direction takes of each pixel's gradient: [n, bins, height, width]. See Hog::shared_out.
  std::string shared_out() {
    const std::string ink = graph_.position().value;
    const double angle = (options_.is_signed ? 2 : 1) * std::numbers::pi / static_cast<double>(options_.bins);
    const auto filters = [&](const std::string& name, double sign) {
      std::vector<float> values;
      for (Index bin = 0; bin < options_.bins; ++bin) {
        const double beside = angle * (static_cast<double>(bin) - sign);
        // sign * (down * cos - across * sin), as a filter over differences of neighbours
        const auto of_down = static_cast<float>(sign * std::cos(beside) / std::sin(angle));
        const auto of_across = static_cast<float>(-sign * std::sin(beside) / std::sin(angle));
        values.insert(values.end(), {0, -of_down, 0, -of_across, 0, of_across, 0, of_down, 0});
      }
      return graph_.apply_to("Conv", {ink, numbers(name, {options_.bins, 1, 3, 3}, values)});
    };
    const std::string past_before = filters("past_before", 1);
    const std::string until_after = filters("until_after", -1);
    const std::string between = graph_.apply_to("Min", {past_before, until_after});
    if (!options_.is_signed) {
      const std::string opposite =
          graph_.apply_to("Min", {graph_.apply_to("Neg", {past_before}), graph_.apply_to("Neg", {until_after})});
      graph_.apply_to("Max", {between, opposite});
    }
    graph_.apply("Relu");
    return graph_.position().value;
  }

  /// How pixels along a side are shared out to cells: [pixels][cells]. See Hog::make_axis.
  static std::vector<float> cell_shares(Index pixels, Index cell) {
    const Index cells = (pixels + cell - 1) / cell;
    const double margin = static_cast<double>(cells * cell - pixels) / 2;
    std::vector<float> shares(static_cast<std::size_t>(pixels * cells));
    for (Index i = 0; i < pixels; ++i) {
      const double place = (static_cast<double>(i) + 0.5 + margin) / static_cast<double>(cell) - 0.5;
      for (Index c = 0; c < cells; ++c) {
        const double share = std::max(0.0, 1 - std::abs(place - static_cast<double>(c)));
        shares[static_cast<std::size_t>(i * cells + c)] = static_cast<float>(share);
      }
    }
    return shares;
  }

  /// Where the values of all blocks stand in [bins][across][down].
  std::vector<std::int64_t> block_places(Index across, Index down) const {
    std::vector<std::int64_t> places;
    for (Index y = 0; y + options_.block <= down; ++y) {
      for (Index x = 0; x + options_.block <= across; ++x) {
        for (Index dy = 0; dy < options_.block; ++dy) {
          for (Index dx = 0; dx < options_.block; ++dx) {
            for (Index bin = 0; bin < options_.bins; ++bin) {
              places.push_back((bin * across + x + dx) * down + y + dy);
            }
          }
        }
      }
    }
    return places;
  }

  /// The features of one grid: [n, values].
  std::string grid(const std::string& shares, Index cell) {
    const std::string name = "cells" + std::to_string(cell) + "_" + std::to_string(grids_++);
    const Index across = (width_ + cell - 1) / cell;
    const Index down = (height_ + cell - 1) / cell;
    graph_.apply_to("MatMul", {shares, numbers(name + ".across", {width_, across}, cell_shares(width_, cell))});
    graph_.apply("Transpose", {}, {{"perm", OnnxAttribute::Integers{0, 1, 3, 2}}});
    graph_.apply("MatMul", {numbers(name + ".down", {height_, down}, cell_shares(height_, cell))});
    graph_.apply("Flatten", {}, {{"axis", std::int64_t{1}}});
    const std::vector<std::int64_t> places = block_places(across, down);
    graph_.apply("Gather", {graph_.integers("hog." + name + ".places", places)}, {{"axis", std::int64_t{1}}});
    const Index size = options_.block * options_.block * options_.bins;
    const auto values = static_cast<Index>(places.size());
    graph_.apply("Reshape", {graph_.integers("hog." + name + ".blocks", {-1, values / size, size})});
    normalise(name);
    graph_.apply("Flatten", {}, {{"axis", std::int64_t{1}}});
    features_ += values;
    return graph_.position().value;
  }

  /// Blocks [n, blocks, values]. See Hog::normalise.
  void normalise(const std::string& name) {
    constexpr float faint = 0.1F;
    constexpr float highest = 0.2F;
    const std::string axes = graph_.integers("hog." + name + ".axes", {2});
    const std::string faintest = number(name + ".faint", options_.norm == HogNorm::l1_sqrt ? faint : faint * faint);
    const auto divided = [&](const std::string& blocks, const std::string& terms, bool root) {
      graph_.apply_to("ReduceSum", {terms, axes}, {{"keepdims", std::int64_t{1}}});
      graph_.apply("Add", {faintest});
      if (root) graph_.apply("Sqrt");
      return graph_.apply_to("Div", {blocks, graph_.position().value});
    };
    const std::string blocks = graph_.position().value;
    if (options_.norm == HogNorm::l1_sqrt) {
      divided(blocks, blocks, false);
      graph_.apply("Sqrt");
      return;
    }
    divided(blocks, graph_.apply_to("Mul", {blocks, blocks}), true);
    graph_.apply("Min", {number(name + ".highest", highest)});
    const std::string cut = graph_.position().value;
    divided(cut, graph_.apply_to("Mul", {cut, cut}), true);
  }

  OnnxGraph& graph_;
  const HogOptions& options_;
  Index height_;
  Index width_;
  Index features_ = 0;
  int grids_ = 0;
};

INKLING_INLINE void append_hog(OnnxGraph& graph, const Hog& hog) {
  OnnxHog(graph, hog).append();
}

}  // namespace inkling::inline INKLING_ABI::detail
