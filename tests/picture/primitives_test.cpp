#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/otsu.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/ink/pressure.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/dilation.hpp>
#include <inkling/picture/gaussian.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>
#include <inkling/picture/square_roots.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>
#include <vector>

#include "pictures.hpp"

using namespace inkling;

namespace {

FloatImage random_image(Index width, Index height, std::uint64_t seed) {
  Rng rng(seed);
  FloatImage image(width, height);
  for (float& value : image.values()) value = rng.uniform();
  return image;
}

double worst(const FloatImage& a, const FloatImage& b) {
  double result = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    result = std::max(result, std::abs(static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
  }
  return result;
}

}  // namespace

TEST_CASE("an image is a value with rows from the top") {
  GreyImage image(3, 2, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
  CHECK(image(2, 0) == 3);
  CHECK(image(0, 1) == 4);
  CHECK(image.row(1)[2] == 6);
  GreyImage copy = image;
  copy(0, 0) = 9;
  CHECK(image(0, 0) == 1);
  CHECK(copy != image);
  CHECK(GreyImage().empty());
  CHECK_THROWS_WITH_AS(GreyImage(3, 2, std::vector<std::uint8_t>(5)), "Image: 3x2 needs 6 values, got 5", ShapeError);
  CHECK_THROWS_AS(GreyImage(-1, 2), ShapeError);
}

TEST_CASE("resize: the same size and region gives the same picture") {
  const FloatImage image = random_image(17, 9, 1);
  CHECK(worst(resize(image, {0, 0, 17, 9}, 17, 9), image) < 1e-6);
}

TEST_CASE("resize: golden values of the cubic kernel") {
  // Upscaling an impulse by 2: Keys' kernel at 0.25, 0.75, 1.25, 1.75 is 0.8672, 0.2266, -0.0703, -0.0234 (by hand).
  FloatImage impulse(9, 1);
  impulse(4, 0) = 1;
  const FloatImage result = resize(impulse, {0, 0, 9, 1}, 18, 1);
  const double expected[] = {-0.0234375, -0.0703125, 0.2265625,  0.8671875,
                             0.8671875,  0.2265625,  -0.0703125, -0.0234375};
  for (Index i = 0; i < 8; ++i) CHECK(static_cast<double>(result(5 + i, 0)) == doctest::Approx(expected[i]));
  CHECK(result(4, 0) == 0);
  CHECK(result(13, 0) == 0);
}

TEST_CASE("resize: shrinking keeps the mean and does not alias") {
  FloatImage stripes(64, 64);
  for (Index y = 0; y < 64; ++y) {
    for (Index x = 0; x < 64; ++x) stripes(x, y) = static_cast<float>(x % 2);
  }
  const FloatImage small = resize(stripes, {0, 0, 64, 64}, 9, 9);
  for (Index y = 2; y < 7; ++y) {
    for (Index x = 2; x < 7; ++x) CHECK(static_cast<double>(small(x, y)) == doctest::Approx(0.5).epsilon(0.02));
  }
}

TEST_CASE("resize: agrees with the sum over all taps, and a region may lie outside") {
  // Sizes below and above the width of a register, smaller and larger.
  for (const auto& [width, height, to_width, to_height] :
       {std::array<Index, 4>{21, 13, 12, 19}, {70, 45, 33, 30}, {5, 3, 41, 2}}) {
    const FloatImage image = random_image(width, height, 2);
    const Box region{-4.3, 2.1, static_cast<double>(width) + 9, static_cast<double>(height) * 0.7};
    const FloatImage result = resize(image, region, to_width, to_height);
    const auto across = detail::resize_axis(width, region.x, region.width, to_width);
    const auto down = detail::resize_axis(height, region.y, region.height, to_height);
    FloatImage expected(to_width, to_height);
    for (Index y = 0; y < to_height; ++y) {
      for (Index x = 0; x < to_width; ++x) {
        const auto& row = down.taps[static_cast<std::size_t>(y)];
        const auto& column = across.taps[static_cast<std::size_t>(x)];
        for (Index j = 0; j < row.count; ++j) {
          for (Index i = 0; i < column.count; ++i) {
            expected(x, y) += down.weights[row.weights + static_cast<std::size_t>(j)] *
                              across.weights[column.weights + static_cast<std::size_t>(i)] *
                              image(column.first + i, row.first + j);
          }
        }
      }
    }
    CHECK(worst(result, expected) < 1e-5);
  }
  const FloatImage image = random_image(21, 13, 2);
  CHECK(resize(image, {100, 100, 5, 5}, 4, 4) == FloatImage(4, 4));
  CHECK(resize(image, {-50, 0, 5, 5}, 4, 9) == FloatImage(4, 9));
}

TEST_CASE("shrink: means of tiles, also of cut ones") {
  const GreyImage image(3, 2, std::vector<std::uint8_t>{10, 20, 7, 30, 40, 8});
  CHECK(shrink(image, 2) == GreyImage(2, 1, std::vector<std::uint8_t>{25, 8}));
  CHECK(shrink(image, 1) == image);
  CHECK(shrink(image, 50).size() == 1);
  CHECK_THROWS_AS(shrink(image, 0), ValueError);
}

TEST_CASE("shrink: agrees with the mean of every tile") {
  Rng rng(8);
  for (const auto& [width, height, factor] : {std::array<Index, 3>{64, 33, 2}, {65, 40, 3}, {100, 7, 13}}) {
    GreyImage image(width, height);
    for (std::uint8_t& value : image.values()) value = static_cast<std::uint8_t>(rng.next());
    const GreyImage small = shrink(image, factor);
    for (Index y = 0; y < small.height(); ++y) {
      for (Index x = 0; x < small.width(); ++x) {
        Index sum = 0;
        Index area = 0;
        for (Index row = y * factor; row < std::min(height, (y + 1) * factor); ++row) {
          for (Index column = x * factor; column < std::min(width, (x + 1) * factor); ++column, ++area) {
            sum += image(column, row);
          }
        }
        CHECK(small(x, y) == (sum + area / 2) / area);  // rounded to nearest
      }
    }
  }
}

TEST_CASE("transposed: columns become rows") {
  CHECK(transposed(GreyImage(3, 2, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6})) ==
        GreyImage(2, 3, std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6}));
  CHECK(transposed(FloatImage()).empty());
}

TEST_CASE("bounding box: the values above the threshold, and nothing else") {
  FloatImage image(40, 7);
  CHECK_FALSE(bounding_box(image, 0.0F).has_value());
  CHECK_FALSE(bounding_box(FloatImage(), 0.0F).has_value());
  image(3, 5) = 1;
  image(36, 2) = 2;
  CHECK(bounding_box(image, 0.5F) == Box{3, 2, 34, 4});
  CHECK(bounding_box(image, 1.0F) == Box{36, 2, 1, 1});  // the threshold itself is not above it
  image(0, 0) = image(39, 6) = 3;
  CHECK(bounding_box(image, 0.5F) == Box{0, 0, 40, 7});
}

TEST_CASE("gaussian: an impulse becomes the kernel, and the sum stays") {
  FloatImage impulse(11, 11);
  impulse(5, 5) = 1;
  const FloatImage blurred = gaussian_blur(impulse, 1);
  // exp(-k^2 / 2) over k = -2 .. 2, normalised to 1 (by hand).
  const double kernel[] = {0.0544886845, 0.2442013420, 0.4026199469, 0.2442013420, 0.0544886845};
  for (Index y = 0; y < 11; ++y) {
    for (Index x = 0; x < 11; ++x) {
      const bool inside = std::abs(x - 5) <= 2 && std::abs(y - 5) <= 2;
      const double expected = inside ? kernel[x - 3] * kernel[y - 3] : 0;
      CHECK(static_cast<double>(blurred(x, y)) == doctest::Approx(expected).epsilon(1e-5));
    }
  }
  CHECK(gaussian_blur(random_image(1, 7, 3), 2).size() == 7);
  CHECK_THROWS_AS(gaussian_blur(impulse, 0), ValueError);
}

TEST_CASE("otsu: between two levels, and on degenerate histograms") {
  std::vector<std::uint32_t> histogram(256);
  histogram[50] = 900;
  histogram[200] = 100;
  CHECK(otsu_threshold(histogram) == 124);  // the middle of 50 .. 199, which are equally good
  std::vector<std::uint32_t> single(256);
  single[77] = 5;
  CHECK(otsu_threshold(single) == 77);
  CHECK(otsu_threshold(std::vector<std::uint32_t>(256)) == 0);
}

TEST_CASE("otsu: agrees with the variance at every level, empty ones too") {
  const auto variance = [](const std::vector<std::uint32_t>& counts, std::size_t threshold) {
    double total = 0;
    double total_sum = 0;
    double below = 0;
    double below_sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      total += counts[i];
      total_sum += static_cast<double>(i) * counts[i];
      if (i == threshold) below = total;
      if (i == threshold) below_sum = total_sum;
    }
    if (below == 0 || below == total) return -1.0;
    const double gap = (total_sum - below_sum) / (total - below) - below_sum / below;
    return below * (total - below) * gap * gap;
  };
  Rng rng(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint32_t> counts(256);
    const auto levels = 2 + rng.below(round % 2 == 0 ? 6 : 200);
    for (std::uint64_t i = 0; i < levels; ++i)
      counts[rng.below(256)] += 1 + static_cast<std::uint32_t>(rng.below(1000));
    if (std::count_if(counts.begin(), counts.end(), [](std::uint32_t count) { return count > 0; }) < 2) continue;
    std::vector<double> variances;
    for (std::size_t i = 0; i < counts.size(); ++i) variances.push_back(variance(counts, i));
    const auto best = std::max_element(variances.begin(), variances.end());
    const auto last = std::find(variances.rbegin(), variances.rend(), *best).base() - 1;
    CHECK(otsu_threshold(counts) ==
          static_cast<std::size_t>((best - variances.begin()) + (last - variances.begin())) / 2);
  }
}

TEST_CASE("connected components agree with flood fill") {
  Rng rng(5);
  for (int round = 0; round < 20; ++round) {
    Image<std::uint8_t> mask(1 + rng.below(30), 1 + rng.below(30));
    for (std::uint8_t& value : mask.values()) value = rng.uniform() < 0.45F ? 1 : 0;
    const Components found = connected_components(mask);

    Image<std::int32_t> flooded(mask.width(), mask.height(), -1);
    std::int32_t count = 0;
    for (Index y = 0; y < mask.height(); ++y) {
      for (Index x = 0; x < mask.width(); ++x) {
        if (mask(x, y) == 0 || flooded(x, y) >= 0) continue;
        std::vector<std::pair<Index, Index>> open{{x, y}};
        flooded(x, y) = count;
        Index area = 0;
        while (!open.empty()) {
          const auto [px, py] = open.back();
          open.pop_back();
          ++area;
          for (Index ny = std::max<Index>(0, py - 1); ny < std::min(mask.height(), py + 2); ++ny) {
            for (Index nx = std::max<Index>(0, px - 1); nx < std::min(mask.width(), px + 2); ++nx) {
              if (mask(nx, ny) == 0 || flooded(nx, ny) >= 0) continue;
              flooded(nx, ny) = count;
              open.emplace_back(nx, ny);
            }
          }
        }
        REQUIRE(static_cast<std::size_t>(count) < found.parts.size());
        CHECK(found.parts[static_cast<std::size_t>(count)].area == area);
        ++count;
      }
    }
    CHECK(found.parts.size() == static_cast<std::size_t>(count));
    CHECK(found.labels == flooded);
  }
}

TEST_CASE("components: the box of a part") {
  Image<std::uint8_t> mask(6, 5);
  mask(2, 1) = mask(3, 2) = mask(1, 3) = mask(2, 3) = 1;  // joined by corners
  const Components found = connected_components(mask);
  REQUIRE(found.parts.size() == 1);
  const Component& part = found.parts[0];
  CHECK(part.left == 1);
  CHECK(part.right == 4);
  CHECK(part.top == 1);
  CHECK(part.bottom == 4);
  CHECK(part.area == 4);
}

TEST_CASE("paper: a quadratic surface is found under the ink") {
  const Index size = 60;
  const auto light = [&](Index x, Index y) {
    const double u = static_cast<double>(Paper::position(x, size));
    const double v = static_cast<double>(Paper::position(y, size));
    return 170 + 30 * u - 20 * v - 15 * u * u + 10 * u * v - 25 * v * v;
  };
  const GreyImage ink = test::draw_four(size);
  GreyImage photo(size, size);
  Rng rng(3);
  for (Index y = 0; y < size; ++y) {
    for (Index x = 0; x < size; ++x) {
      photo(x, y) = static_cast<std::uint8_t>(light(x, y) * (1 - 0.6 * ink(x, y) / 255.0) +
                                              2 * static_cast<double>(rng.normal()));
    }
  }
  const Paper paper = fit_paper(photo);
  std::vector<float> white;
  double largest = 0;
  for (Index y = 0; y < size; ++y) {
    paper.row(y, size, size, white);
    for (Index x = 0; x < size; ++x) {
      largest = std::max(largest, std::abs(static_cast<double>(white[static_cast<std::size_t>(x)]) - light(x, y)));
    }
  }
  CHECK(largest < 4);
}

TEST_CASE("paper: light or dark ink") {
  const GreyImage four = test::draw_four(50);
  CHECK(has_light_ink(four));
  CHECK_FALSE(has_light_ink(test::invert(four)));
}

TEST_CASE("strokes: width and thickening") {
  FloatImage bar(60, 60);
  for (Index y = 10; y < 50; ++y) {
    for (Index x = 27; x < 33; ++x) bar(x, y) = 1;
  }
  CHECK(stroke_width(bar) == doctest::Approx(6 * 40 / (46.0)).epsilon(0.05));  // 2A / P
  const FloatImage thick = thickened(bar, 2);
  CHECK(thick(25, 30) == 1);
  CHECK(thick(24, 30) == 0);
  CHECK(thick(34, 30) == 1);
  CHECK(thick(35, 30) == 0);
  CHECK(thick(30, 8) == 1);
  CHECK(thick(25, 8) < 1);  // corners are round
  CHECK(thickened(bar, 0) == bar);
  FloatImage corner(40, 35);
  corner(0, 0) = corner(39, 34) = 1;
  const FloatImage discs = thickened(corner, 3.5);
  for (Index y = 0; y < 35; ++y) {
    for (Index x = 0; x < 40; ++x) {
      const double nearest = std::min(std::hypot(x, y), std::hypot(39 - x, 34 - y));
      CHECK(std::abs(static_cast<double>(discs(x, y)) - std::clamp(4.5 - nearest, 0.0, 1.0)) < 1e-5);
    }
  }
  CHECK(stroke_width(FloatImage(5, 5)) == 0);
}

TEST_CASE("dilation: the greatest value of every square") {
  for (const auto& [width, height, reach] :
       {std::array<Index, 3>{1, 1, 3}, {21, 13, 1}, {70, 9, 4}, {5, 40, 7}, {33, 33, 0}}) {
    FloatImage image = random_image(width, height, 5);
    image.array() -= 0.5F;  // what lies outside is not 0
    const FloatImage result = dilated(image, reach);
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) {
        float greatest = image(x, y);
        for (Index v = std::max<Index>(0, y - reach); v <= std::min(height - 1, y + reach); ++v) {
          for (Index u = std::max<Index>(0, x - reach); u <= std::min(width - 1, x + reach); ++u) {
            greatest = std::max(greatest, image(u, v));
          }
        }
        CHECK(result(x, y) == greatest);
      }
    }
  }
  CHECK_THROWS_AS(dilated(FloatImage(3, 3), -1), ValueError);
}

TEST_CASE("pressure: where a stroke gets paler it stays whole, and what is pale and alone stays as it is") {
  Ink ink{FloatImage(60, 40), 0.8F};
  for (Index x = 5; x < 45; ++x) {  // from full strength to two fifths of it, and back
    const double share = 0.7 + 0.3 * std::cos(2 * std::numbers::pi * static_cast<double>(x - 5) / 39);
    for (Index y = 20; y < 23; ++y) ink.amount(x, y) = static_cast<float>(0.8 * share);
  }
  for (Index y = 5; y < 35; ++y) ink.amount(52, y) = 0.3F;
  const Ink before = ink;
  CHECK(connected_components(ink_mask(ink)).parts.size() == 2);
  even_pressure(ink);
  CHECK(connected_components(ink_mask(ink)).parts.size() == 1);
  for (Index y = 5; y < 35; ++y) CHECK(ink.amount(52, y) == before.amount(52, y));
  CHECK(ink.amount(5, 21) == before.amount(5, 21));  // dark already
  CHECK(ink.amount(25, 21) > before.amount(25, 21));
}

TEST_CASE("pressure: a pale ruled line that a stroke touches stays as pale as it is") {
  Ink ink{FloatImage(60, 40), 0.8F};
  for (Index x = 0; x < 60; ++x) {  // paler to both sides
    const auto away = static_cast<float>(std::abs(x - 30));
    ink.amount(x, 30) = ink.amount(x, 31) = std::max(0.35F, 0.8F - 0.06F * away);
  }
  for (Index y = 5; y < 30; ++y) ink.amount(30, y) = ink.amount(31, y) = 0.8F;
  const Ink before = ink;
  even_pressure(ink);
  CHECK(ink.amount == before.amount);
}

TEST_CASE("square roots are std::sqrt's, to the last bit") {
  Rng rng(4);
  for (std::size_t count = 0; count < 70; ++count) {
    std::vector<float> values(count);
    for (float& value : values)
      value = std::ldexp(static_cast<float>(rng.uniform()), static_cast<int>(rng.below(200)) - 100);
    if (count > 2) values.back() = std::numeric_limits<float>::max();
    if (count > 3) values.front() = std::numeric_limits<float>::infinity();
    std::vector<float> expected;
    for (const float value : values) expected.push_back(std::sqrt(value));
    detail::square_roots(values);
    CHECK(values == expected);
  }
}

TEST_CASE("a picture of more pixels than can be counted is refused") {
  const Index side = Index{1} << 32;
  CHECK_THROWS_AS(GreyImage(side, side), ShapeError);
  CHECK_THROWS_AS(GreyImage(side, side, std::vector<std::uint8_t>()), ShapeError);
  CHECK_THROWS_AS(GreyImage(-1, 3), ShapeError);
  CHECK(GreyImage(0, side).empty());
}

TEST_CASE("a tile of more than 4104 pixels a side has the right mean") {
  const GreyImage white(4200, 4300, 255);
  const GreyImage one = shrink(white, 4300);
  CHECK(one.size() == 1);
  CHECK(one(0, 0) == 255);
  CHECK(shrink(white, std::numeric_limits<Index>::max()) == one);
}

TEST_CASE("a part without an extent, or far larger than a picture, is not resized") {
  const FloatImage image(4, 4, 1);
  for (const double bad : {0.0, -1.0, HUGE_VAL, std::nan("")}) {
    CHECK_THROWS_AS(resize(image, {0, 0, bad, 4}, 2, 2), ValueError);
    CHECK_THROWS_AS(resize(image, {0, 0, 4, bad}, 2, 2), ValueError);
  }
  CHECK_THROWS_AS(resize(image, {HUGE_VAL, 0, 4, 4}, 2, 2), ValueError);
  CHECK_THROWS_AS(resize(image, {0, 0, 4, 4}, 0, 2), ValueError);
}

TEST_CASE("a number that is none is paper, and so is every amount where there is no limit") {
  const FloatImage odd(3, 1, std::vector<float>{std::nanf(""), -HUGE_VALF, HUGE_VALF});
  CHECK(to_grey(odd, 1) == GreyImage(3, 1, std::vector<std::uint8_t>{0, 0, 255}));
  CHECK(to_grey(FloatImage(1, 1, 0.0F), 0)(0, 0) == 0);
}

TEST_CASE("an empty picture has no light ink, no paper, and an empty histogram no middle but 0") {
  for (const GreyImage& empty : {GreyImage(), GreyImage(0, 5), GreyImage(5, 0)}) {
    CHECK_FALSE(has_light_ink(empty));
    CHECK_FALSE(has_light_ink(empty, 0));
    CHECK_THROWS_AS(fit_paper(empty), ShapeError);
  }
  CHECK(median_level({}) == 0);
  CHECK(median_level(std::array<std::uint32_t, 4>{}) == 0);
  CHECK(median_level(std::array<std::uint32_t, 4>{0, 3, 4, 0}) == 2);
}
