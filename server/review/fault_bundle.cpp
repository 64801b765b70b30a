#include "review/fault_bundle.hpp"

#include <inkling/form/quad.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/picture/encode.hpp>
#include <inkling/version.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "http/data_url.hpp"

namespace inkling::server {
namespace {

Json to_json(const form::Quad& place) {
  Json corners = Json::array();
  for (const form::Point& corner : place) {
    corners.push_back(rounded(corner.x, 1));
    corners.push_back(rounded(corner.y, 1));
  }
  return corners;
}

Json scores_of(const std::vector<form::Candidate>& candidates) {
  Json scores = Json::array();
  for (const form::Candidate& candidate : candidates) scores.push_back(rounded(candidate.probability, 4));
  return scores;
}

/// How much of the page is ink, in squares of 16 pixels: enough to see where the print lies, and too coarse to read.
GreyImage coarse(const GreyImage& picture) {
  constexpr Index side = 16;
  GreyImage small(std::max<Index>(1, picture.width() / side), std::max<Index>(1, picture.height() / side), 255);
  for (Index y = 0; y < small.height(); ++y) {
    for (Index x = 0; x < small.width(); ++x) {
      Index sum = 0, count = 0;
      for (Index v = y * side; v < std::min((y + 1) * side, picture.height()); ++v) {
        for (Index u = x * side; u < std::min((x + 1) * side, picture.width()); ++u, ++count) sum += picture(u, v);
      }
      if (count > 0) small(x, y) = static_cast<std::uint8_t>(sum / count);
    }
  }
  return small;
}

void blank(GreyImage& picture, const form::Quad& place) {
  const form::Quad box = form::bounds(place);
  const double margin = 0.5 * std::min(box[2].x - box[0].x, box[2].y - box[0].y);  // strokes leave their field
  const auto inside = [](double value, Index most) {
    return static_cast<Index>(std::clamp(value, 0.0, static_cast<double>(most)));
  };
  const Index left = inside(box[0].x - margin, picture.width());
  const Index right = inside(box[2].x + margin, picture.width());
  for (Index y = inside(box[0].y - margin, picture.height()); y < inside(box[2].y + margin, picture.height()); ++y) {
    std::fill(picture.row(y) + left, picture.row(y) + right, std::uint8_t{255});
  }
}

}  // namespace

Json fault_bundle(const ReviewPage& page) {
  const form::PageReading& reading = page.stored.reading;
  const auto [major, minor, patch] = inkling::version;
  Json bundle{{"inkling", std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch)},
              {"status", form::name_of(reading.status)}};
  if (reading.registration) {
    bundle["registration"] = {{"residual", rounded(reading.registration->residual, 3)},
                              {"coverage", rounded(reading.registration->coverage, 3)}};
  }
  if (page.layout != nullptr) {
    bundle["page"] = {{"width", page.layout->page.width}, {"height", page.layout->page.height}};
  }
  bundle["fields"] = Json::array();
  for (std::size_t i = 0; i < reading.fields.size(); ++i) {
    const form::FieldReading& field = reading.fields[i];
    const form::Field* layout = page.layout == nullptr ? nullptr : page.layout->find(field.name);
    Json entry{{"field", i + 1},
               {"status", form::name_of(field.status)},
               {"confidence", rounded(field.confidence, 4)},
               {"changed", field.plain.has_value()}};
    if (layout != nullptr) {
      entry["kind"] = form::name_of(layout->kind);
      entry["place"] = to_json(layout->place);
    }
    entry["cells"] = Json::array();
    for (const form::CellReading& cell : field.cells) {
      entry["cells"].push_back({{"status", form::name_of(cell.status)},
                                {"place", to_json(cell.place)},
                                {"ink", rounded(cell.ink, 4)},
                                {"scores", scores_of(cell.candidates)}});
    }
    bundle["fields"].push_back(std::move(entry));
  }
  bundle["rules"] = Json::array();
  for (const form::RuleResult& rule : reading.rules) {
    bundle["rules"].push_back(rule.outcome == form::RuleOutcome::holds    ? "holds"
                              : rule.outcome == form::RuleOutcome::broken ? "broken"
                                                                          : "cannot be checked");
  }
  if (page.picture.empty() || page.layout == nullptr) return bundle;
  GreyImage picture = page.picture;
  for (const form::Field& field : page.layout->fields) blank(picture, field.place);
  bundle["picture"] = png_data_url(encode_png(coarse(picture)));
  return bundle;
}

}  // namespace inkling::server
