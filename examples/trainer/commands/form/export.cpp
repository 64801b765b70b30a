#include <inkling/form/reading_json.hpp>
#include <inkling/form/results/copies.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/results/page_table.hpp>
#include <inkling/form/run/review.hpp>
#include <inkling/form/run/run.hpp>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "commands/form/form_commands.hpp"
#include "forms/corrections.hpp"
#include "forms/decided_pages.hpp"
#include "forms/xlsx.hpp"
#include "options/usage_error.hpp"
#include "text/write_text.hpp"

namespace {

using namespace inkling::form;

struct ExportCommand {
  std::string run;
  std::filesystem::path out;
  std::filesystem::path corrections;
  std::filesystem::path calibration;
  bool details = false;
  bool copies = false;
  std::string separator = ",";
  bool byte_order_mark = false;
};

char separator_of(const std::string& text) {
  if (text == "tab" || text == "\t") return '\t';
  if (text == "," || text == ";") return text[0];
  throw UsageError("--separator: expected , ; or tab, got '" + text + "'");
}

/// The rows of the table: pages, or copies of forms of several pages.
void for_each_row(const Run& run, bool copies, const std::function<void(const PageReading&)>& work) {
  if (!copies) {
    for_each_decided_page(run, work);
    return;
  }
  std::vector<PageReading> pages;
  for_each_decided_page(run, [&](const PageReading& page) {
    pages.push_back(page);
    for (FieldReading& field : pages.back().fields) field.cells.clear();  // a row does not need them
  });
  for (const PageReading& row : join_copies(run.templates(), pages)) work(row);
}

/// What people decided, as a set to calibrate with.
void export_calibration(const ExportCommand& command) {
  const Review review(command.run);
  write_text(command.calibration, known_table(review.known()));
  const ReviewProgress progress = review.progress();
  std::cout << command.calibration.string() << ": " << progress.right.of << " fields keyed twice";
  if (progress.right.of > 0) {
    std::cout << fmt::format(", {:.2f} %", 100 * (1 - progress.right.value())) << " wrong before"
              << fmt::format(" ({:.2f}", 100 * (1 - progress.right.high()))
              << fmt::format(" to {:.2f} %)", 100 * (1 - progress.right.low()));
  }
  std::cout << std::endl;
  for (const AcceptedShare& accepted : progress.accepted) {
    std::cout << fmt::format("accepted at {:.1f} % error  ", 100 * accepted.error)
              << fmt::format("{:.2f} %", 100 * accepted.fields.value())
              << fmt::format(" ({:.2f}", 100 * accepted.fields.low())
              << fmt::format(" to {:.2f} %)", 100 * accepted.fields.high()) << std::endl;
  }
}

void export_run(const ExportCommand& command) {
  const std::string ending = command.out.extension().string();
  if (ending != ".csv" && ending != ".jsonl" && ending != ".xlsx") {
    throw UsageError("--out: expected a name that ends with .csv, .jsonl or .xlsx, got '" + command.out.string() + "'");
  }
  const CsvOptions csv{.separator = separator_of(command.separator), .byte_order_mark = command.byte_order_mark};
  const Run run(command.run, Run::Access::read);
  if (ending == ".jsonl") {
    std::string text;
    for_each_row(run, command.copies, [&](const PageReading& row) { text += reading_line(row) + "\n"; });
    write_text(command.out, text);
    return;
  }
  PageTable table(run.templates(), {.details = command.details});
  for_each_row(run, command.copies, [&](const PageReading& row) { table.note(row); });
  if (ending == ".xlsx") {
    write_xlsx(command.out, [&](const auto& write) {
      write(table.header());
      for_each_row(run, command.copies, [&](const PageReading& row) { write(table.row(row)); });
    });
    return;
  }
  std::string text = csv.byte_order_mark ? "\xEF\xBB\xBF" : "";
  text += csv_row(table.header(), csv);
  for_each_row(run, command.copies, [&](const PageReading& row) { text += csv_row(table.row(row), csv); });
  write_text(command.out, text);
}

void export_all(const ExportCommand& command) {
  if (command.out.empty() && command.corrections.empty() && command.calibration.empty()) {
    throw UsageError("expected --out, --corrections or --calibration");
  }
  if (!command.corrections.empty()) {
    const std::size_t written = write_corrections(Run(command.run, Run::Access::read), command.corrections);
    std::cout << command.corrections.string() << ": " << written << " characters" << std::endl;
  }
  if (!command.calibration.empty()) export_calibration(command);
  if (!command.out.empty()) export_run(command);
}

}  // namespace

void add_form_export(CLI::App& form) {
  const auto options = std::make_shared<ExportCommand>();
  CLI::App& command = *form.add_subcommand("export", "write the table of a run: a row a page");
  command.add_option("run", options->run, "folder of the run")->required()->type_name("RUN");
  command.add_option("--out", options->out, "a .csv, .jsonl or .xlsx file")->type_name("FILE");
  command
      .add_option("--corrections", options->corrections,
                  "a folder: what people decided as pictures of characters, DIR/<label>/*.png, to adapt a model to")
      ->type_name("DIR");
  command
      .add_option(
          "--calibration", options->calibration,
          "a .csv file: what people decided beside what was read and its confidence; prints the share of fields "
          "that can be accepted, from those that were keyed twice")
      ->type_name("FILE");
  command.add_flag("--details", options->details,
                   "CSV and XLSX: status and confidence of each field, and who decided it, too");
  command.add_flag("--copies", options->copies,
                   "a row for each copy of a form of several pages, joined by its key field");
  command.add_option("--separator", options->separator, "CSV: , ; or tab")->type_name("C")->capture_default_str();
  command.add_flag("--bom", options->byte_order_mark, "CSV: begin with a byte order mark, as Excel wants for accents");
  command.callback([options] { export_all(*options); });
}
