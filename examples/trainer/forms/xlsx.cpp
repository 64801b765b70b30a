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

void check(lxw_error error, const std::filesystem::path& file) {
  if (error != LXW_NO_ERROR) throw FileError(file.string() + ": cannot write: " + lxw_strerror(error));
}

}  // namespace

void write_xlsx(const std::filesystem::path& file,
                const std::function<void(const std::function<void(const std::vector<TableCell>&)>&)>& rows) {
  const Scratch scratch(file);
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  options.tmpdir = folder.data();
  lxw_workbook* book = workbook_new_opt(scratch.path.c_str(), &options);
  if (book == nullptr) throw FileError(file.string() + ": cannot write: no memory");
  const auto close = [](lxw_workbook* open) { workbook_close(open); };
  std::unique_ptr<lxw_workbook, decltype(close)> guard(book, close);
  lxw_worksheet* sheet = workbook_add_worksheet(book, "pages");
  if (sheet == nullptr) throw FileError(file.string() + ": cannot write: no sheet could be made");
  lxw_format* as_text = workbook_add_format(book);
  format_set_num_format(as_text, "@");
  lxw_format* bold = workbook_add_format(book);
  format_set_bold(bold);
  format_set_num_format(bold, "@");
  worksheet_freeze_panes(sheet, 1, 0);

  lxw_row_t at = 0;
  rows([&](const std::vector<TableCell>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      const lxw_error error =
          cells[i].is_number
              ? worksheet_write_number(sheet, at, column, std::strtod(cells[i].text.c_str(), nullptr), nullptr)
              : worksheet_write_string(sheet, at, column, cut(cells[i].text).c_str(), at == 0 ? bold : as_text);
      check(error, file);
    }
    ++at;
  });
  check(workbook_close(guard.release()), file);

  std::ifstream written(scratch.path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(written), {}};
  if (!written.good() && !written.eof()) throw FileError(file.string() + ": cannot be read again");
  if (bytes.empty()) throw FileError(file.string() + ": cannot write: the disk may be full");
  inkling::write_atomically(file, std::as_bytes(std::span(bytes)));
}
