#pragma once

#include <inkling/data/labelled_files.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <fstream>
#include <string_view>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline bool is_picture(const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 7> endings{".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".heic"};
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// The fields of a line of CSV (RFC 4180, without line breaks in fields).
inline std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

inline std::vector<LabelledFile> files_of_csv(const std::filesystem::path& folder) {
  const std::filesystem::path csv = folder / "labels.csv";
  std::ifstream in(csv);
  std::string line;
  int number = 0;
  const auto next_line = [&] {
    constexpr std::size_t longest = 10'000;  // its fields take many times the memory
    ++number;
    if (!std::getline(in, line)) return false;
    if (line.size() <= longest) return true;
    throw FormatError(csv.string() + ": line " + std::to_string(number) + ": expected at most " +
                      std::to_string(longest) + " bytes, got " + std::to_string(line.size()));
  };
  if (!next_line()) throw FileError(csv.string() + ": cannot be read");
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // a byte order mark, as Excel writes
  const std::vector<std::string> heading = fields_of(line);
  const auto column = [&](std::initializer_list<std::string_view> names) {
    const auto found = std::find_if(heading.begin(), heading.end(), [&](const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    });
    if (found == heading.end()) {
      throw FormatError(csv.string() + ": line 1: expected the columns file and text, got '" + line + "'");
    }
    return static_cast<std::size_t>(found - heading.begin());
  };
  const std::size_t name = column({"file"});
  const std::size_t label = column({"text", "label", "char"});

  std::vector<LabelledFile> files;
  while (next_line()) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::vector<std::string> fields = fields_of(line);
    if (fields.size() <= std::max(name, label) || fields[name].empty() || fields[label].empty()) {
      throw FormatError(csv.string() + ": line " + std::to_string(number) + ": expected a file and a label, got '" +
                        line + "'");
    }
    files.push_back({folder / fields[name], fields[label]});
    if (!std::filesystem::is_regular_file(files.back().file)) {
      throw FileError(csv.string() + ": line " + std::to_string(number) + ": there is no file " + fields[name]);
    }
  }
  return files;
}

inline std::vector<LabelledFile> files_of_folders(const std::filesystem::path& folder) {
  std::vector<LabelledFile> files;
  for (const auto& label : std::filesystem::directory_iterator(folder)) {
    if (!label.is_directory()) continue;
    for (const auto& entry : std::filesystem::directory_iterator(label.path())) {
      if (entry.is_regular_file() && is_picture(entry.path())) {
        files.push_back({entry.path(), label.path().filename().string()});
      }
    }
  }
  std::sort(files.begin(), files.end(), [](const LabelledFile& a, const LabelledFile& b) {
    return a.label != b.label ? a.label < b.label : a.file < b.file;
  });
  return files;
}

}  // namespace detail

INKLING_INLINE bool has_labelled_files(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return false;
  return std::filesystem::exists(folder / "labels.csv") || !detail::files_of_folders(folder).empty();
}

INKLING_INLINE std::vector<LabelledFile> labelled_files(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw FileError(folder.string() + ": expected a folder of pictures, found none");
  }
  std::vector<LabelledFile> files =
      std::filesystem::exists(folder / "labels.csv") ? detail::files_of_csv(folder) : detail::files_of_folders(folder);
  if (files.empty()) {
    throw FileError(folder.string() + ": expected pictures in folders by label, or labels.csv, found none");
  }
  return files;
}

}  // namespace inkling::inline INKLING_ABI
