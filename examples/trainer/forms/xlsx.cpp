#include "forms/xlsx.hpp"

#include <inkling/core/error.hpp>
#include <inkling/io/atomic_file.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <unistd.h>
#include <xlsxwriter.h>

#include "forms/shared_library.hpp"

namespace {

using inkling::FileError;
using inkling::form::TableCell;

/// A file beside the target that is removed again.
struct Scratch {
  explicit Scratch(const std::filesystem::path& target) : path(target.string() + ".tmp" + std::to_string(::getpid())) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { ::unlink(path.c_str()); }
  std::string path;
};

/// Excel holds no longer text.
std::string cut(const std::string& text) {
  constexpr std::size_t longest = 32000;
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

/// What is used of libxlsxwriter. It brings libcrypto along, which all other commands do without.
struct Xlsx {
  SharedLibrary library{INKLING_XLSXWRITER};
  decltype(workbook_new_opt)* new_book = library.function<decltype(workbook_new_opt)>("workbook_new_opt");
  decltype(workbook_close)* close = library.function<decltype(workbook_close)>("workbook_close");
  decltype(workbook_add_worksheet)* add_sheet =
      library.function<decltype(workbook_add_worksheet)>("workbook_add_worksheet");
  decltype(workbook_add_format)* add_format = library.function<decltype(workbook_add_format)>("workbook_add_format");
  decltype(format_set_num_format)* set_number_format =
      library.function<decltype(format_set_num_format)>("format_set_num_format");
  decltype(format_set_bold)* set_bold = library.function<decltype(format_set_bold)>("format_set_bold");
  decltype(worksheet_freeze_panes)* freeze =
      library.function<decltype(worksheet_freeze_panes)>("worksheet_freeze_panes");
  decltype(worksheet_write_number)* write_number =
      library.function<decltype(worksheet_write_number)>("worksheet_write_number");
  decltype(worksheet_write_string)* write_string =
      library.function<decltype(worksheet_write_string)>("worksheet_write_string");
  decltype(lxw_strerror)* text_of = library.function<decltype(lxw_strerror)>("lxw_strerror");

  void check(lxw_error error, const std::filesystem::path& file) const {
    if (error != LXW_NO_ERROR) throw FileError(file.string() + ": cannot write: " + text_of(error));
  }
};

}  // namespace

void write_xlsx(const std::filesystem::path& file,
                const std::function<void(const std::function<void(const std::vector<TableCell>&)>&)>& rows) {
  const Xlsx xlsx;
  const Scratch scratch(file);
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  options.tmpdir = folder.data();
  lxw_workbook* book = xlsx.new_book(scratch.path.c_str(), &options);
  if (book == nullptr) throw FileError(file.string() + ": cannot write: no memory");
  const auto close = [&xlsx](lxw_workbook* open) { xlsx.close(open); };
  std::unique_ptr<lxw_workbook, decltype(close)> guard(book, close);
  lxw_worksheet* sheet = xlsx.add_sheet(book, "pages");
  if (sheet == nullptr) throw FileError(file.string() + ": cannot write: no sheet could be made");
  lxw_format* as_text = xlsx.add_format(book);
  xlsx.set_number_format(as_text, "@");
  lxw_format* bold = xlsx.add_format(book);
  xlsx.set_bold(bold);
  xlsx.set_number_format(bold, "@");
  xlsx.freeze(sheet, 1, 0);

  lxw_row_t at = 0;
  rows([&](const std::vector<TableCell>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      const lxw_error error =
          cells[i].is_number
              ? xlsx.write_number(sheet, at, column, std::strtod(cells[i].text.c_str(), nullptr), nullptr)
              : xlsx.write_string(sheet, at, column, cut(cells[i].text).c_str(), at == 0 ? bold : as_text);
      xlsx.check(error, file);
    }
    ++at;
  });
  xlsx.check(xlsx.close(guard.release()), file);

  std::ifstream written(scratch.path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(written), {}};
  if (!written.good() && !written.eof()) throw FileError(file.string() + ": cannot be read again");
  if (bytes.empty()) throw FileError(file.string() + ": cannot write: the disk may be full");
  inkling::write_atomically(file, std::as_bytes(std::span(bytes)));
}
