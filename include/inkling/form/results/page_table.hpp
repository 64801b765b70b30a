#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/template.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct PageTableOptions {
  bool details = false;  // behind each field its status, its confidence, and who decided it
};

/// The table of many pages: a row for each, and always as many cells. Columns are file, page, form and status, then the
/// fields of the templates in their order (templates that share a field's name share its column), then the reason why a
/// page was refused or is doubtful. Cells of a table inside a form have columns of their own, "marks.1.grade".
class PageTable {
 public:
  PageTable(const std::vector<FormTemplate>& forms, PageTableOptions options = {});

  /// Takes note of fields that no template names, such as the rows of a table. Every page first, then rows.
  void note(const PageReading& page);

  std::vector<TableCell> header() const;
  std::vector<TableCell> row(const PageReading& page) const;

 private:
  void add_column(const std::string& name);

  std::vector<std::string> columns_;
  PageTableOptions options_;
};

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/results/page_table.ipp>
#endif
