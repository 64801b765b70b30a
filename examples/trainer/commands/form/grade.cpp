#include <inkling/form/results/csv.hpp>
#include <inkling/form/results/grading.hpp>
#include <inkling/form/run/run.hpp>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "commands/form/form_commands.hpp"
#include "forms/decided_pages.hpp"
#include "text/write_text.hpp"

namespace {

using namespace inkling::form;

struct GradeCommand {
  std::string run;
  std::string key;
  std::filesystem::path out;
};

TableCell number_cell(double number) {
  std::string text = fmt::format("{:.4f}", number);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return {.text = text == "-0" ? "0" : text, .is_number = true};
}

void grade_run(const GradeCommand& command) {
  const std::vector<KeyRow> key = parse_key(text_of(command.key), command.key);
  const Run run(command.run, Run::Access::read);
  std::vector<TableCell> header;
  for (const char* name : {"file", "page", "form", "points", "most", "right", "wrong", "empty", "doubtful"}) {
    header.push_back({name});
  }
  for (const KeyRow& row : key) {
    header.push_back({row.field});
    header.push_back({row.field + " points"});
  }
  std::string text = csv_row(header);
  for_each_decided_page(run, [&](const PageReading& page) {
    const GradedPage graded = grade(page, key);
    std::vector<TableCell> row{{page.file}, {std::to_string(page.page), true}, {page.form}};
    for (const double number : {graded.points, graded.most}) row.push_back(number_cell(number));
    for (const int count : {graded.right, graded.wrong, graded.empty, graded.doubtful})
      row.push_back(number_cell(count));
    for (const GradedField& field : graded.fields) {
      row.push_back({field.text});
      row.push_back(number_cell(field.points));
    }
    text += csv_row(row);
  });
  write_text(command.out, text);
}

}  // namespace

void add_form_grade(CLI::App& form) {
  const auto options = std::make_shared<GradeCommand>();
  CLI::App& command = *form.add_subcommand("grade", "grade the fields of a run against an answer key");
  command.add_option("run", options->run, "folder of the run")->required()->type_name("RUN");
  command.add_option("--key", options->key, "CSV: field, answer, and if wanted points, wrong, empty")
      ->required()
      ->type_name("KEY.csv");
  command.add_option("--out", options->out, "the table of points")->required()->type_name("FILE.csv");
  command.callback([options] { grade_run(*options); });
}
