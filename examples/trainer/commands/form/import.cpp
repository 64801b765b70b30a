#include <inkling/form/template_file.hpp>

#include <CLI/Option.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "commands/form/form_commands.hpp"
#include "forms/decided_pages.hpp"
#include "forms/omrchecker.hpp"
#include "options/usage_error.hpp"

namespace {

struct ImportCommand {
  std::string from;
  std::filesystem::path file;
  std::filesystem::path out;
};

/// The files that a template names lie beside it: seen from another folder they have longer names.
void keep_beside(std::string& name, const ImportCommand& command) {
  if (name.empty()) return;
  const auto folder = std::filesystem::absolute(command.out).parent_path();
  name = std::filesystem::absolute(command.file.parent_path() / name).lexically_relative(folder).string();
}

void import_form(const ImportCommand& command) {
  if (command.from != "omrchecker") throw UsageError("--from: expected omrchecker, got '" + command.from + "'");
  const std::string name = std::filesystem::absolute(command.file).parent_path().filename().string();
  ImportedForm imported = import_omrchecker(text_of(command.file.string()), command.file.string(), name);
  for (const std::string& warning : imported.warnings) std::cerr << "inkling: " << warning << std::endl;
  keep_beside(imported.form.page.image, command);
  keep_beside(imported.form.page.marker, command);
  inkling::form::save_template(imported.form, command.out);
  std::cout << command.out.string() << ": " << imported.form.fields.size() << " fields, " << imported.form.joined.size()
            << " joined" << std::endl;
}

}  // namespace

void add_form_import(CLI::App& form) {
  const auto options = std::make_shared<ImportCommand>();
  CLI::App& command = *form.add_subcommand("import", "turn another tool's template into a form.json");
  command.add_option("--from", options->from, "the tool: omrchecker")->required()->type_name("TOOL");
  command.add_option("file", options->file, "its template")->required()->type_name("TEMPLATE.json");
  command.add_option("--out", options->out, "the form.json to write")->required()->type_name("FORM.json");
  command.callback([options] { import_form(*options); });
}
