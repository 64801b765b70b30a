#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/form/read_table.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/resize.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "drawn_form.hpp"

namespace inkling::form {
namespace {

const std::filesystem::path source = INKLING_SOURCE_DIR;

const Classifier& shipped_cnn() {
  static const std::unique_ptr<Classifier> model = load_model(source / "models/cnn.safetensors");
  return *model;
}

/// Digits that the model is sure of, written into a grid of 3 columns of 90 by 50 pixels from (60, 50).
class Grid {
 public:
  explicit Grid(int rows) : page_(420, 100 + 50 * rows, 240) {
    test::Brush brush(page_, 1);
    for (int r = 0; r <= rows; ++r) brush.fill(60, 50 + 50 * r, 272, 2, 70);
    for (int c = 0; c <= 3; ++c) brush.fill(60 + 90 * c, 50, 2, 50 * rows + 2, 70);
  }

  /// `low`: pixels that it lies below the middle of its row.
  void write(int row, int column, const std::string& digits, double low = 0) {
    for (std::size_t k = 0; k < digits.size(); ++k) {
      const GreyImage image = image_of(digits[k] - '0');
      const Box box = bounding_box<std::uint8_t>(image, 64).value();
      const double scale = 30 / box.height;
      FloatImage amount(28, 28);
      std::copy(image.values().begin(), image.values().end(), amount.values().begin());
      const auto width = static_cast<Index>(std::ceil(box.width * scale));
      const FloatImage drawn = resize(amount, box, width, 30);
      const double middle =
          60 + 90 * column + 45 + 26 * (static_cast<double>(k) - 0.5 * static_cast<double>(digits.size() - 1));
      const auto left = static_cast<Index>(middle) - width / 2;
      const auto top = static_cast<Index>(50 + 50 * row + 11 + low);
      for (Index y = 0; y < 30; ++y) {
        for (Index x = 0; x < width; ++x) {
          auto& pixel = page_(left + x, top + y);
          const float ink = std::clamp(drawn(x, y) / 255, 0.0F, 1.0F);
          pixel = static_cast<std::uint8_t>(static_cast<float>(pixel) * (1 - 0.85F * ink));
        }
      }
    }
  }

  GreyImage photo() {
    GreyImage result = page_;
    test::spoil(result, 3, 0.05F);
    return result;
  }

 private:
  GreyImage image_of(int digit) {
    static const Dataset test = load_sample(source / "data").second;
    for (;;) {
      const auto i = static_cast<Index>(rng_.below(static_cast<std::uint32_t>(test.size())));
      if (static_cast<int>(test.label(i)) != digit) continue;
      const auto pixels = test.image(i);
      const Pixels image = Eigen::Map<const Pixels>(pixels.data(), static_cast<Index>(pixels.size()), 1);
      const Matrix probabilities = shipped_cnn().probabilities(image, 1);
      if (probabilities(digit, 0) < 0.98F * probabilities.topRows(10).sum()) continue;
      return GreyImage(28, 28, {pixels.begin(), pixels.end()});
    }
  }

  GreyImage page_;
  Rng rng_{7};
};

const std::vector<Column> three{{.name = "a"}, {.name = "b"}, {.name = "c", .cells = 1}};

TEST_CASE("a ruled table is read without a template: empty is empty, and what crosses a line is followed") {
  Grid grid(4);
  const std::vector<std::vector<std::string>> truth{
      {"21", "37", "6"}, {"40", "", "5"}, {"", "18", ""}, {"7", "92", "3"}};
  for (int r = 0; r < 4; ++r) {
    for (int c = 0; c < 3; ++c) {
      const std::string& text = truth[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)];
      if (!text.empty()) grid.write(r, c, text, r == 1 ? 7 : 0);
    }
  }
  const TableReading table = read_table(grid.photo(), shipped_cnn(), {.columns = three});
  REQUIRE(table.reason == "");
  REQUIRE(table.rows.size() == 4);
  int right = 0;
  for (std::size_t r = 0; r < 4; ++r) {
    REQUIRE(table.rows[r].size() == 3);
    for (std::size_t c = 0; c < 3; ++c) {
      const FieldReading& cell = table.rows[r][c];
      CAPTURE(r);
      CAPTURE(c);
      CHECK(cell.name == three[c].name);
      CHECK((cell.status == FieldStatus::empty) == truth[r][c].empty());
      right += cell.text == truth[r][c] ? 1 : 0;
    }
  }
  CHECK(right >= 11);
  const Quad first = table.rows[0][2].cells.front().place;
  CHECK(std::abs(first[0].x - 241) < 6);
  CHECK(std::abs(first[0].y - 51) < 6);
}

TEST_CASE("a header is left out, and columns can be skipped") {
  Grid grid(3);
  grid.write(0, 0, "88");
  grid.write(1, 1, "45");
  const TableReading table =
      read_table(grid.photo(), shipped_cnn(),
                 {.columns = {{.name = "name", .kind = FieldKind::picture}, {.name = "b"}, {.name = "c"}},
                  .rows = 2,
                  .header = 1});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0][0].text == "");
  CHECK(table.rows[0][1].text == "45");
}

TEST_CASE("a page without such a grid says what there is") {
  Grid grid(3);
  const TableReading wrong = read_table(grid.photo(), shipped_cnn(), {.columns = {{.name = "a"}, {.name = "b"}}});
  CHECK(wrong.rows.empty());
  CHECK(wrong.reason == "no grid of 2 columns was found; there are (rows x columns): 3 x 3");
  const TableReading none = read_table(GreyImage(300, 200, 230), shipped_cnn(), {.columns = three});
  CHECK(none.reason == "no ruled grid was found on the page");
  CHECK_THROWS_AS(read_table(grid.photo(), shipped_cnn(), {}), ValueError);
}

}  // namespace
}  // namespace inkling::form
