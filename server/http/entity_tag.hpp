#pragma once

#include <string_view>

namespace inkling::server {

/// Whether an If-None-Match, such as `W/"1", "2"` or `*`, names this entity tag, which is quoted. Weak ones count (RFC
/// 9110, section 13.1.2): a proxy that compresses makes every tag weak.
bool names_entity_tag(std::string_view if_none_match, std::string_view tag) noexcept;

}  // namespace inkling::server
