#include "http/entity_tag.hpp"

#include "http/header_text.hpp"

namespace inkling::server {

bool names_entity_tag(std::string_view list, std::string_view tag) noexcept {
  if (trim(list) == "*") return true;
  for (;;) {
    const std::size_t open = list.find('"');
    if (open == std::string_view::npos) return false;
    const std::size_t close = list.find('"', open + 1);  // a tag has no escapes, and may have commas
    if (close == std::string_view::npos) return false;
    if (list.substr(open, close + 1 - open) == tag) return true;
    list.remove_prefix(close + 1);
  }
}

}  // namespace inkling::server
