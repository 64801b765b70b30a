#pragma once

#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/class_counts.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::pair<const std::string, std::string> class_counts_note(const std::vector<Index>& counts) {
  return {"class_counts", to_string(counts)};
}

INKLING_INLINE std::optional<std::vector<Index>> class_counts(const ModelInfo& info) {
  const auto note = info.notes.find("class_counts");
  if (note == info.notes.end()) return std::nullopt;
  std::vector<Index> counts;
  bool valid = false;
  try {
    const detail::Json list = detail::parse_json(note->second);
    valid = list.kind == detail::Json::Kind::array && list.elements.size() == info.class_names.size();
    for (const detail::Json& count : list.elements) {
      valid = valid && count.is_count();
      counts.push_back(static_cast<Index>(count.number.magnitude));
    }
  } catch (const FormatError&) {
    valid = false;
  }
  if (!valid) {
    throw FormatError("expected a count for each of " + std::to_string(info.class_names.size()) +
                      " classes as class_counts, got " + note->second.substr(0, 100));
  }
  return counts;
}

}  // namespace inkling::inline INKLING_ABI
