#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>

#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form {

/// One page as a line of JSON without the line's end, as docs/forms.md describes it. Text that is not UTF-8 is mended.
std::string reading_line(const PageReading& page);

/// What reading_line wrote. Throws FormatError for anything else.
PageReading parse_reading(std::string_view line);

/// The cells and rows of a field as JSON, and back into a field. For those who keep them apart from the rest.
std::string cells_text(const FieldReading& reading);
void parse_cells(std::string_view text, FieldReading& reading);

std::string rules_text(const PageReading& page);
void parse_rules(std::string_view text, PageReading& page);

/// "read", "crossed" …
std::string_view name_of(CellStatus status) noexcept;
std::string_view name_of(FieldStatus status) noexcept;
std::string_view name_of(PageStatus status) noexcept;

/// The status of a name. Throws FormatError for another.
FieldStatus field_status(std::string_view name);
PageStatus page_status(std::string_view name);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/reading_json.ipp>
#endif
