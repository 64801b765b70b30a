#include "forms/corrections.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/results/labelled_cells.hpp>
#include <inkling/io/atomic_file.hpp>
#include <inkling/picture/encode.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace inkling;
using namespace inkling::form;

GreyImage cut(const GreyImage& page, const Quad& place) {
  const Quad box = bounds(place);
  // Without the printed sides of the cell, which would be ink to a model.
  const double inset = 0.09 * std::min(box[2].x - box[0].x, box[2].y - box[0].y);
  const auto inside = [](double value, Index most) {
    return static_cast<Index>(std::clamp(value, 0.0, static_cast<double>(most)));
  };
  const Index left = inside(std::round(box[0].x + inset), page.width());
  const Index top = inside(std::round(box[0].y + inset), page.height());
  const Index right = inside(std::round(box[2].x - inset), page.width());
  const Index bottom = inside(std::round(box[2].y - inset), page.height());
  if (right - left < 4 || bottom - top < 4) return {};
  GreyImage picture(right - left, bottom - top);
  for (Index y = top; y < bottom; ++y) std::copy_n(page.row(y) + left, right - left, picture.row(y - top));
  return picture;
}

/// Letters and digits of a field's name; others could be no file's name.
std::string plain_name(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain) c = '_';
  }
  return name;
}

}  // namespace

std::size_t write_corrections(const Run& run, const std::filesystem::path& folder) {
  std::size_t written = 0, unseen = 0;
  run.for_each_page([&](const StoredPage& page) {
    const std::vector<Decision> decisions = run.decisions(page.id);
    if (decisions.empty()) return;
    if (page.picture.empty()) {
      ++unseen;
      return;
    }
    const GreyImage picture = decode_image(run.folder() / page.picture);
    const PageReading reading = decided(page.reading, decisions, nullptr);
    for (std::size_t i = 0; i < reading.fields.size(); ++i) {
      const form::FieldReading& field = reading.fields[i];
      for (const LabelledCell& cell : labelled_cells(field)) {
        const GreyImage character = cut(picture, cell.place);
        if (character.empty()) continue;
        const std::filesystem::path label = folder / cell.label;
        std::error_code error;
        std::filesystem::create_directories(label, error);
        if (error) throw FileError(label.string() + ": cannot make the folder: " + error.message());
        const std::vector<std::uint8_t> png = encode_png(character);
        write_atomically(label / (std::to_string(page.id) + "-" + std::to_string(i + 1) + "-" + plain_name(field.name) +
                                  "-" + std::to_string(cell.cell + 1) + ".png"),
                         std::as_bytes(std::span(png)));
        ++written;
      }
    }
  });
  if (unseen > 0 && written == 0) {
    throw ValueError(run.folder().string() + ": the run keeps no pages: `inkling form read --pictures` does");
  }
  return written;
}
