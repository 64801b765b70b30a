#include <inkling/data/capture.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/data/sheet.hpp>
#include <inkling/data/surroundings.hpp>
#include <inkling/data/wear.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

using namespace inkling;

namespace {

constexpr Shape image{.height = 28, .width = 28};

/// An upright stroke four pixels wide and 24 high.
std::vector<float> stroke() {
  std::vector<float> values(784, 0.0F);
  for (Index y = 2; y < 26; ++y) std::fill_n(values.begin() + y * 28 + 12, 4, 1.0F);
  return values;
}

/// No effect but those that are always there.
FoundInk none() {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
}

Sheet sheet_with_stroke() {
  Sheet sheet = blank_sheet(40, 40, 24);
  draw_character(sheet, stroke(), 28, {.x = 20, .y = 20, .size = 24});
  return sheet;
}

Dataset lent() {
  Pixels pixels = Pixels::Zero(784, 1);
  for (Index i = 0; i < 784; ++i) pixels(i, 0) = static_cast<std::uint8_t>(255 * stroke()[static_cast<std::size_t>(i)]);
  return Dataset(image, pixels, {0}, {"1"});
}

}  // namespace

TEST_CASE("a character is drawn where and as large as it is placed") {
  const Sheet sheet = sheet_with_stroke();
  // Four pixels wide and 24 high in a picture of 28 that is drawn as it is: 24 / (28 * 6 / 7) = 1.
  CHECK(sheet.ink.sum() == doctest::Approx(96).epsilon(0.06));
  CHECK(sheet.ink(20, 20) == 1);
  CHECK(sheet.ink(20, 9) == 1);
  CHECK(sheet.ink(20, 5) == 0);
  CHECK(sheet.ink(15, 20) == 0);

  Sheet half = blank_sheet(40, 40, 12);
  draw_character(half, stroke(), 28, {.x = 20, .y = 20, .size = 12});
  CHECK(half.ink.sum() == doctest::Approx(24).epsilon(0.1));

  Sheet turned = blank_sheet(40, 40, 24);
  draw_character(turned, stroke(), 28, {.x = 20, .y = 20, .size = 24, .rotation = 1.5707964F});
  CHECK(turned.ink(10, 20) == doctest::Approx(1));
  CHECK(turned.ink(20, 10) == 0);
}

TEST_CASE("slant leans to the right, stretch widens, a higher edge thins") {
  Sheet slanted = blank_sheet(40, 40, 24);
  draw_character(slanted, stroke(), 28, {.x = 20, .y = 20, .size = 24, .slant = 0.4F});
  CHECK(slanted.ink(23, 11) > 0.5F);
  CHECK(slanted.ink(16, 28) > 0.5F);
  Sheet wide = blank_sheet(40, 40, 24);
  draw_character(wide, stroke(), 28, {.x = 20, .y = 20, .size = 24, .stretch = 1.5F});
  CHECK(wide.ink.sum() == doctest::Approx(144).epsilon(0.06));
  std::vector<float> soft(784);
  for (std::size_t i = 0; i < 784; ++i) soft[i] = std::max(0.0F, 1 - std::abs(static_cast<float>(i % 28) - 14) / 4);
  Sheet thin = blank_sheet(40, 40, 24);
  Sheet thick = thin;
  draw_character(thin, soft, 28, {.x = 20, .y = 20, .size = 24, .edge = 0.7F});
  draw_character(thick, soft, 28, {.x = 20, .y = 20, .size = 24, .edge = 0.2F});
  CHECK(thick.ink.sum() > 1.5F * thin.ink.sum());
}

TEST_CASE("a stroke covers its length times its thickness") {
  Sheet sheet = blank_sheet(60, 30, 24);
  draw_stroke(sheet, 10, 15, 50, 15, 3);
  CHECK(sheet.ink.sum() == doctest::Approx(40 * 3 + 7).epsilon(0.05));
  CHECK(sheet.ink(30, 15) == 1);
  CHECK(sheet.ink(5, 15) == 0);
}

TEST_CASE("pens take ink away and never add it") {
  Rng rng(3);
  for (const auto& wear : {std::function<void(Sheet&)>([&](Sheet& s) { press_unevenly(s, 0.9F, rng); }),
                           std::function<void(Sheet&)>([&](Sheet& s) { add_grain(s, 0.8F, rng); })}) {
    const Sheet before = sheet_with_stroke();
    Sheet after = before;
    wear(after);
    CHECK((after.ink.array() <= before.ink.array()).all());
    CHECK(after.ink.minCoeff() >= 0);
    CHECK(after.ink.sum() < 0.9F * before.ink.sum());
    CHECK(after.paper == before.paper);
  }
}

TEST_CASE("paper loses no more light than is asked") {
  Rng rng(4);
  Sheet sheet = blank_sheet(50, 40, 24);
  light_unevenly(sheet, 0.4F, rng);
  CHECK(sheet.paper.minCoeff() >= 0.6F - 1e-5F);
  CHECK(sheet.paper.maxCoeff() <= 1);
  CHECK(sheet.paper.maxCoeff() - sheet.paper.minCoeff() > 0.1F);
  sheet = blank_sheet(50, 40, 24);
  add_texture(sheet, 0.2F, 8, rng);
  CHECK(sheet.paper.minCoeff() >= 0.8F - 1e-5F);
  CHECK(sheet.paper.minCoeff() < 0.95F);
  sheet = blank_sheet(40, 40, 24);
  Sheet back = sheet;
  draw_stroke(back, 5, 0, 5, 40, 3);
  add_print_through(sheet, back, 0.2F);
  CHECK(sheet.paper(34, 20) == doctest::Approx(0.8F));  // mirrored
  CHECK(sheet.paper(5, 20) == 1);
}

TEST_CASE("lines run through the sheet, and dashes leave gaps") {
  Sheet sheet = blank_sheet(50, 40, 24);
  add_rule(sheet, false, 30, 0, {.thickness = 2, .darkness = 0.7F});
  CHECK(sheet.ink.col(30).minCoeff() == doctest::Approx(0.7F));
  CHECK(sheet.ink.col(20).maxCoeff() == 0);
  sheet = blank_sheet(50, 40, 24);
  add_rule(sheet, true, 10, 0, {.thickness = 2, .darkness = 1, .dash = 5});
  CHECK(sheet.ink.row(10).maxCoeff() == 1);
  CHECK(sheet.ink.row(10).minCoeff() == 0);
  Rng rng(5);
  sheet = blank_sheet(50, 40, 24);
  add_squares(sheet, 10, 0, {.thickness = 1, .darkness = 1}, rng);
  CHECK((sheet.ink.rowwise().minCoeff().array() > 0.2F).count() >= 4);
  CHECK((sheet.ink.colwise().minCoeff().array() > 0.2F).count() >= 3);
  sheet = blank_sheet(50, 40, 24);
  add_box_sides(sheet, 1, 0, {.thickness = 2, .darkness = 1}, rng);
  CHECK(sheet.ink.block(8, 8, 34, 24).maxCoeff() == 0);
  CHECK(sheet.ink.sum() > 100);
  sheet = blank_sheet(50, 40, 24);
  add_scan_edge(sheet, 4, 0.9F, rng);
  CHECK(sheet.paper.minCoeff() == doctest::Approx(0.1F));
  CHECK(sheet.paper(25, 20) == 1);
}

TEST_CASE("joining strokes reach from the character to the edges") {
  Rng rng(6);
  Sheet sheet = sheet_with_stroke();
  add_joining_strokes(sheet, true, true, 3, rng);
  CHECK(sheet.ink.row(0).maxCoeff() > 0.5F);
  CHECK(sheet.ink.row(39).maxCoeff() > 0.5F);
}

TEST_CASE("a camera keeps the light, apart from what it loses on purpose") {
  Sheet sheet = sheet_with_stroke();
  sheet.strength = 0.5F;
  Matrix picture = photographed(sheet);
  CHECK(picture(20, 20) == doctest::Approx(0.5F));
  CHECK(picture(2, 2) == 1);
  const float sum = picture.sum();
  defocus(picture, 0.25F, 2);
  CHECK(picture.sum() == doctest::Approx(sum).epsilon(0.001));
  CHECK(picture(20, 20) > 0.5F);
  Matrix blocks = picture;
  compress_blocks(blocks, 1e-6F);
  CHECK((blocks - picture).cwiseAbs().maxCoeff() < 1e-4F);
  compress_blocks(blocks, 0.3F);
  CHECK((blocks - picture).cwiseAbs().maxCoeff() > 0.01F);
  Rng rng(7);
  Matrix noisy = Matrix::Constant(100, 100, 0.5F);
  add_noise(noisy, 0.1F, rng);
  CHECK(noisy.mean() == doctest::Approx(0.5).epsilon(0.01));
  CHECK(std::sqrt((noisy.array() - 0.5F).square().mean()) == doctest::Approx(0.1).epsilon(0.05));
  add_specks(noisy = Matrix::Ones(100, 100), 0.1F, 1, rng);
  CHECK((noisy.array() == 0).count() == doctest::Approx(1000).epsilon(0.15));
  make_one_bit(picture, 0.7F);
  CHECK(((picture.array() == 0) || (picture.array() == 1)).all());
  CHECK(to_bytes(Matrix::Constant(1, 1, 1.7F))(0, 0) == 255);
  CHECK(to_bytes(Matrix::Constant(1, 1, -1.0F))(0, 0) == 0);
}

TEST_CASE("the same seed finds the same picture, another one another") {
  const Dataset others = lent();
  const auto picture = [&](std::uint64_t seed) {
    Rng rng(seed);
    return found_picture(stroke(), image, {}, &others, rng);
  };
  int different = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Pixels once = picture(seed);
    CHECK(once == picture(seed));
    const Pixels next = picture(seed + 1);
    different += once.rows() != next.rows() || once.cols() != next.cols() || once != next ? 1 : 0;
  }
  CHECK(different == 50);
}

TEST_CASE("without effects the picture shows the character dark on white, at its own size") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const Pixels picture = found_picture(stroke(), image, none(), nullptr, rng);
    CHECK(picture.cols() >= 18);
    CHECK(picture.cols() <= 90);
    CHECK(picture.minCoeff() <= 130);                        // half of the contrast at least
    CHECK((picture.row(0).array() == picture(0, 0)).all());  // paper at the left
    CHECK(picture(0, 0) >= 127);
  }
}

TEST_CASE("every effect alone, and all together, give a picture") {
  const Dataset others = lent();
  for (int effect = 0; effect <= 24; ++effect) {
    CAPTURE(effect);
    FoundInk found = none();
    auto* chances = reinterpret_cast<float*>(&found);
    static_assert(sizeof(FoundInk) == 24 * sizeof(float));
    if (effect < 24) {
      chances[effect] = 1;
    } else {
      std::fill_n(chances, 24, 1.0F);
    }
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Rng rng(seed);
      const Pixels picture = found_picture(stroke(), image, found, &others, rng);
      CHECK(picture.rows() >= 6);
      CHECK(picture.cols() >= 6);
      CHECK(picture.size() < 20'000);
    }
  }
}

TEST_CASE("a picture without ink is a blank one") {
  Rng rng(1);
  const std::vector<float> nothing(784, 0.0F);
  CHECK((found_picture(nothing, image, {}, nullptr, rng).array() == 255).all());
}

TEST_CASE("as an augmentation, a share of the images is read again") {
  int read = 0;
  const auto reader = [&](const Pixels&, std::span<float> values) {
    ++read;
    std::fill(values.begin(), values.end(), 0.25F);
    return true;
  };
  const Augmentation augment = random_found_ink({}, 0.5F, lent(), reader);
  int changed = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    std::vector<float> values = stroke();
    Rng rng(seed);
    augment(values, image, rng);
    changed += values != stroke() ? 1 : 0;
  }
  CHECK(changed == read);
  CHECK(changed > 400);
  CHECK(changed < 600);

  const float not_a_number = std::numeric_limits<float>::quiet_NaN();
  for (const float share : {-0.1F, 1.1F, not_a_number}) {
    CHECK_THROWS_AS(random_found_ink({}, share, std::nullopt, reader), ValueError);
  }
  CHECK_THROWS_AS(random_found_ink({}, 0.5F, std::nullopt, {}), ValueError);
}
