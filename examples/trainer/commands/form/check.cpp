#include <inkling/core/error.hpp>
#include <inkling/form/registration/register_page.hpp>
#include <inkling/form/template_file.hpp>

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "commands/form/form_commands.hpp"
#include "forms/field_drawing.hpp"
#include "forms/page_source.hpp"
#include "forms/template_page.hpp"
#include "pictures/file_list.hpp"
#include "text/write_text.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

struct CheckCommand {
  std::string form;
  std::vector<std::string> pages;
  std::filesystem::path out;
};

/// "scans/a.jpg", page 2, becomes "a.jpg-2.svg".
std::filesystem::path drawing_name(const CheckCommand& command, const std::string& page, int number) {
  const std::string name = std::filesystem::path(page).filename().string();
  return command.out / (name + (number > 1 ? "-" + std::to_string(number) : "") + ".svg");
}

/// The template's page; white where it has no picture.
GreyImage page_to_draw_on(const FormTemplate& form) {
  GreyImage image = template_page(form).image;
  if (!image.empty()) return image;
  return GreyImage(static_cast<Index>(form.page.width), static_cast<Index>(form.page.height), 255);
}

/// Says how the page lies on the template, and draws the fields where they would be read. False when it does not fit.
bool check_page(const CheckCommand& command, const FormTemplate& form,
                const std::function<Registration(const GreyImage& page)>& lay, const PageFile& file, int number) {
  const GreyImage picture = file.page(number);
  const Registration found = lay(picture);
  std::cout << file.name() << '\t' << number << '\t';
  if (found.registered) {
    std::cout << "registered\tresidual " << fmt::format("{:.2f}", found.residual) << " px, coverage "
              << fmt::format("{:.0f} %", 100 * found.coverage) << std::endl;
  } else {
    std::cout << "refused\t" << found.reason << std::endl;
  }
  if (command.out.empty() || !found.registered) return found.registered;
  std::vector<DrawnField> fields;
  for (const Field& field : form.fields) {
    DrawnField drawn{.name = field.name, .place = found.map.corners(field.place), .cells = {}};
    for (const Cell& cell : cells_of(field)) drawn.cells.push_back(found.map.corners(cell.place));
    fields.push_back(std::move(drawn));
  }
  write_text(drawing_name(command, file.name(), number), draw_fields(picture, fields));
  return true;
}

void check(const CheckCommand& command) {
  const ParsedTemplate parsed = load_template(command.form);
  const FormTemplate& form = parsed.form;
  for (const std::string& warning : parsed.warnings) std::cerr << "inkling: " << warning << std::endl;
  std::cout << command.form << ": " << form.name << ", " << form.fields.size() << " fields, " << form.rules.size()
            << " rules" << std::endl;
  if (!command.out.empty()) std::filesystem::create_directories(command.out);
  if (command.pages.empty()) {
    if (command.out.empty()) return;
    std::vector<DrawnField> fields;
    for (const Field& field : form.fields) {
      DrawnField drawn{.name = field.name, .place = field.place, .cells = {}};
      for (const Cell& cell : cells_of(field)) drawn.cells.push_back(cell.place);
      fields.push_back(std::move(drawn));
    }
    write_text(drawing_name(command, form.name, 1), draw_fields(page_to_draw_on(form), fields));
    return;
  }
  const TemplatePage shown = template_page(form);
  std::function<Registration(const GreyImage&)> lay;
  if (shown.image.empty()) {
    lay = [framed = framed_page(shown)](const GreyImage& page) { return register_framed(framed, page); };
  } else {
    lay = [reference = ReferencePage(shown.image, reference_options(form))](const GreyImage& page) {
      return register_page(reference, page);
    };
  }
  bool all = true;
  for (const std::string& name : without_repeats(list_files(command.pages, "", page_endings))) {
    try {
      const PageFile file(name);
      const int pages = file.pages();
      for (int page = 1; page <= pages; ++page) all = check_page(command, form, lay, file, page) && all;
    } catch (const Error& error) {
      std::cerr << "inkling: " << name << ": " << error.what() << std::endl;
      all = false;
    }
  }
  if (!all) throw CLI::RuntimeError(3);
}

}  // namespace

void add_form_check(CLI::App& form) {
  const auto options = std::make_shared<CheckCommand>();
  CLI::App& command = *form.add_subcommand("check", "validate a template, and show how pages lie on it");
  command.add_option("form", options->form, "the template")->required()->type_name("FORM.json");
  command.add_option("pages", options->pages, "PNG, JPEG or PDF files, or folders of them")->type_name("PAGE...");
  command.add_option("--out", options->out, "a folder for drawings: the fields over each page, or over the template's")
      ->type_name("DIR");
  command.callback([options] { check(*options); });
}
