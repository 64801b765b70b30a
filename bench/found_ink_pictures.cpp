// Draws docs/images/found-EFFECT.png: four characters of the sample as each effect of FoundInk finds them; and
// docs/images/written-lines.png: numbers as LineWriter writes them.
//
//     inkling-found-ink-pictures DATA_FOLDER OUT_FOLDER

#include <inkling/core/error.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/data/written_line.hpp>
#include <inkling/picture/encode.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "found_ink_effects.hpp"

namespace {

using namespace inkling;

/// Puts a picture into a square of the strip, as large as fits.
void place(const Pixels& picture, Index side, Index left, GreyImage& strip) {
  const Index longer = std::max(picture.rows(), picture.cols());
  for (Index y = 0; y < side; ++y) {
    for (Index x = 0; x < side; ++x) {
      const Index column = x * longer / side;
      const Index row = y * longer / side;
      if (column < picture.rows() && row < picture.cols()) strip(left + x, y) = picture(column, row);
    }
  }
}

void write_png(const std::filesystem::path& path, const GreyImage& picture) {
  const std::vector<std::uint8_t> png = encode_png(picture);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  if (!file) throw FileError(path.string() + ": cannot write");
}

/// Numbers one after another, as many as fit into the rows of a sheet.
GreyImage written_lines(const Dataset& digits) {
  constexpr Index row_height = 72;
  GreyImage all(900, 6 * row_height, 255);
  const LineWriter writer({digits});
  Rng rng(11);
  Index left = 0;
  for (Index top = 0; top < all.height();) {
    const Pixels line = writer.write(written_number(rng), rng);
    if (line.cols() > row_height - 4 || line.rows() > all.width()) continue;
    if (left + line.rows() > all.width()) {
      left = 0;
      top += row_height;
      continue;
    }
    for (Index y = 0; y < line.cols(); ++y) {
      for (Index x = 0; x < line.rows(); ++x) all(left + x, top + y) = line(x, y);
    }
    left += line.rows() + 8;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: inkling-found-ink-pictures DATA_FOLDER OUT_FOLDER\n";
    return 2;
  }
  constexpr Index side = 56;
  constexpr Index characters = 4;
  const Dataset sample = load_sample(argv[1]).first;
  for (const auto& [name, chance] : found_ink_effects()) {
    FoundInk found;
    for (const auto& [other, none] : found_ink_effects()) found.*none = 0;
    found.*chance = 1;
    GreyImage strip(characters * (side + 4) - 4, side, 255);
    for (Index i = 0; i < characters; ++i) {
      std::vector<float> values;
      for (const std::uint8_t value : sample.image(i)) values.push_back(static_cast<float>(value) / 255);
      Rng rng(static_cast<std::uint64_t>(i) + 1);
      place(found_picture(values, sample.image_shape(), found, &sample, rng), side, i * (side + 4), strip);
    }
    write_png(std::filesystem::path(argv[2]) / ("found-" + name + ".png"), strip);
  }
  write_png(std::filesystem::path(argv[2]) / "written-lines.png", written_lines(sample));
  return 0;
} catch (const inkling::Error& error) {
  std::cerr << "inkling-found-ink-pictures: " << error.what() << '\n';
  return 1;
}
