#include "forms/omrchecker.hpp"

#include <inkling/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace {

using inkling::FormatError;
using namespace inkling::form;
using Json = nlohmann::ordered_json;

struct BubbleType {
  std::string_view name;
  std::string_view values;
  bool vertical;
};

// OMRChecker's src/constants.py and its schema.
constexpr std::array<BubbleType, 4> bubble_types{{{"QTYPE_INT", "0123456789", true},
                                                  {"QTYPE_INT_FROM_1", "1234567890", true},
                                                  {"QTYPE_MCQ4", "ABCD", false},
                                                  {"QTYPE_MCQ5", "ABCDE", false}}};

/// "roll1..9" stands for roll1, roll2, … roll9.
std::vector<std::string> expanded(const Json& labels, const std::string& where) {
  std::vector<std::string> names;
  for (const Json& label : labels) {
    const auto text = label.get<std::string>();
    const std::size_t dots = text.find("..");
    if (dots == std::string::npos) {
      names.push_back(text);
      continue;
    }
    std::size_t start = dots;
    while (start > 0 && text[start - 1] >= '0' && text[start - 1] <= '9') --start;
    const std::string first = text.substr(start, dots - start);
    const std::string last = text.substr(text.find_first_not_of('.', dots));
    const auto is_number = [](const std::string& part) {
      return !part.empty() && part.size() < 6 &&
             std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (!is_number(first) || !is_number(last) || std::stoi(last) < std::stoi(first)) {
      throw FormatError(where + ": expected a range of labels such as q1..4, got '" + text + "'");
    }
    for (int i = std::stoi(first); i <= std::stoi(last); ++i)
      names.push_back(text.substr(0, start) + std::to_string(i));
  }
  return names;
}

class Importer {
 public:
  Importer(const Json& json, const std::string& source) : json_(json), source_(source) {}

  ImportedForm run(const std::string& name) {
    FormTemplate& form = result_.form;
    form.name = name;
    const Json& size = json_.at("pageDimensions");
    form.page.width = size.at(0).get<double>();
    form.page.height = size.at(1).get<double>();
    read_preprocessors();
    for (const auto& [block_name, block] : json_.at("fieldBlocks").items()) {
      read_block(source_ + ": field block '" + block_name + "'", block);
    }
    if (json_.contains("customLabels")) {
      for (const auto& [joined, labels] : json_["customLabels"].items()) {
        const JoinedField whole{.name = joined,
                                .fields = expanded(labels, source_ + ": custom label '" + joined + "'")};
        for (const std::string& part : whole.fields) {
          if (form.find(part) == nullptr) {
            throw FormatError(source_ + ": custom label '" + joined + "': there is no label '" + part + "'");
          }
        }
        form.joined.push_back(whole);
      }
    }
    return std::move(result_);
  }

 private:
  void read_preprocessors() {
    if (!json_.contains("preProcessors")) return;
    PageTemplate& page = result_.form.page;
    for (const Json& step : json_["preProcessors"]) {
      const auto name = step.at("name").get<std::string>();
      const Json options = step.value("options", Json::object());
      if (name == "CropPage") {
        if (page.frame == Frame::picture) page.frame = Frame::page;
      } else if (name == "CropOnMarkers") {
        page.frame = Frame::markers;
        page.marker = options.value("relativePath", "omr_marker.jpg");
      } else if (name == "FeatureBasedAlignment") {
        page.image = options.value("reference", "");
      } else if (name != "Levels" && name != "GaussianBlur" && name != "MedianBlur") {
        result_.warnings.push_back(source_ + ": the step '" + name + "' is not known and was left out");
      }
    }
  }

  void read_block(const std::string& where, const Json& block) {
    std::vector<std::string> values;
    bool vertical = block.value("direction", "vertical") == "vertical";
    if (block.contains("fieldType")) {
      const auto type = block["fieldType"].get<std::string>();
      const auto found = std::find_if(bubble_types.begin(), bubble_types.end(),
                                      [&](const BubbleType& known) { return known.name == type; });
      if (found == bubble_types.end()) throw FormatError(where + ": the fieldType '" + type + "' is not known");
      for (const char c : found->values) values.emplace_back(1, c);
      if (!block.contains("direction")) vertical = found->vertical;
    }
    if (block.contains("bubbleValues")) values = block["bubbleValues"].get<std::vector<std::string>>();
    if (values.empty()) throw FormatError(where + ": expected a fieldType or bubbleValues, found neither");
    const Json& size = block.contains("bubbleDimensions") ? block["bubbleDimensions"] : json_.at("bubbleDimensions");
    const double width = size.at(0).get<double>();
    const double height = size.at(1).get<double>();
    const double left = block.at("origin").at(0).get<double>();
    const double top = block.at("origin").at(1).get<double>();
    const double gap = block.at("bubblesGap").get<double>();
    const double apart = block.value("labelsGap", 0.0);
    const std::vector<std::string> labels = expanded(block.at("fieldLabels"), where);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const double x = left + (vertical ? apart * static_cast<double>(i) : 0);
      const double y = top + (vertical ? 0 : apart * static_cast<double>(i));
      const double along = gap * static_cast<double>(values.size() - 1);
      Field field{.name = labels[i],
                  .kind = FieldKind::choice,
                  .place = upright(x, y, width + (vertical ? 0 : along), height + (vertical ? along : 0))};
      for (std::size_t k = 0; k < values.size(); ++k) {
        const double step = gap * static_cast<double>(k);
        field.cells.push_back({.place = upright(x + (vertical ? 0 : step), y + (vertical ? step : 0), width, height),
                               .value = values[k]});
      }
      if (result_.form.find(field.name) != nullptr)
        throw FormatError(where + ": the label '" + field.name + "' is there twice");
      result_.form.fields.push_back(std::move(field));
    }
  }

  const Json& json_;
  const std::string& source_;
  ImportedForm result_;
};

}  // namespace

ImportedForm import_omrchecker(std::string_view text, const std::string& source, const std::string& name) {
  try {
    const Json json = Json::parse(text.begin(), text.end());
    return Importer(json, source).run(name);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(source + ": is not as OMRChecker's template: " + error.what());
  }
}
