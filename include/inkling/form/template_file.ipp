#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/detail/template_names.hpp>
#include <inkling/form/detail/template_reader.hpp>
#include <inkling/form/detail/template_writer.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/io/atomic_file.hpp>

#include <fstream>
#include <iterator>
#include <span>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline std::string whole_text(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw FileError(path.string() + ": expected a file, found a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot open");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
  return text;
}

/// The first column of a CSV, or a text a line.
inline std::vector<std::string> first_column(std::string_view text) {
  std::vector<std::string> values;
  std::string value;
  bool quoted = false, done = false;
  const auto finish = [&] {
    if (!value.empty()) values.push_back(value);
    value.clear();
    done = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      if (!done) value += text[i];
      ++i;
    } else if (c == '"' && (quoted || value.empty())) {
      quoted = !quoted;
    } else if (!quoted && c == '\n') {
      finish();
    } else if (!quoted && c == ',') {
      done = true;
    } else if (!done && c != '\r') {
      value += c;
    }
  }
  finish();
  return values;
}

}  // namespace detail

INKLING_INLINE std::string_view name_of(FieldKind kind) noexcept {
  for (const detail::KindName& entry : detail::kind_names) {
    if (entry.kind == kind) return entry.name;
  }
  return "";
}

INKLING_INLINE FieldKind field_kind(std::string_view name) {
  std::string all;
  for (const detail::KindName& entry : detail::kind_names) {
    if (entry.name == name) return entry.kind;
    all += (all.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw ValueError("expected one of " + all + ", got '" + std::string(name) + "'");
}

INKLING_INLINE ParsedTemplate parse_template(std::string_view text, const std::string& source) {
  return detail::TemplateReader(text, source).read();
}

INKLING_INLINE ParsedTemplate load_template(const std::filesystem::path& file) {
  ParsedTemplate parsed = parse_template(detail::whole_text(file), file.string());
  parsed.form.folder = file.has_parent_path() ? file.parent_path().string() : ".";
  for (Field& field : parsed.form.fields) {
    if (!field.list || field.list->file.empty()) continue;
    field.list->values =
        detail::first_column(detail::whole_text(parsed.form.folder / std::filesystem::path(field.list->file)));
    if (field.list->values.empty()) {
      throw FormatError(file.string() + ": field '" + field.name + "': " + field.list->file + " holds no values");
    }
  }
  return parsed;
}

INKLING_INLINE std::string template_text(const FormTemplate& form) {
  using detail::Json;
  // One field a line, so that a line number says which field a message is about.
  std::string text =
      "{\"inkling_form\": " + std::to_string(template_version) + ",\n \"name\": " + Json(form.name).dump();
  if (!form.edition.empty()) text += ",\n \"edition\": " + Json(form.edition).dump();
  text += ",\n \"page\": " + detail::page_json(form.page).dump();
  const auto list = [&](const char* key, const auto& items, const auto& to_json) {
    text += ",\n \"" + std::string(key) + "\": [";
    for (std::size_t i = 0; i < items.size(); ++i) {
      text += (i == 0 ? "\n  " : ",\n  ") + to_json(items[i]).dump();
    }
    text += "]";
  };
  list("fields", form.fields, detail::field_json);
  if (!form.joined.empty()) {
    list("joined", form.joined, [](const JoinedField& joined) {
      return Json{{"name", joined.name}, {"fields", joined.fields}};
    });
  }
  if (!form.rules.empty()) list("rules", form.rules, detail::rule_json);
  if (form.sheet) {
    text += ",\n \"sheet\": " + Json{{"form", form.sheet->form},
                                     {"page", form.sheet->page},
                                     {"pages", form.sheet->pages},
                                     {"key", form.sheet->key}}
                                    .dump();
  }
  return text + "}\n";
}

INKLING_INLINE void save_template(const FormTemplate& form, const std::filesystem::path& file) {
  const std::string text = template_text(form);
  write_atomically(file, std::as_bytes(std::span(text)));
}

}  // namespace inkling::inline INKLING_ABI::form
