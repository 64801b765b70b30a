#include <inkling/core/error.hpp>
#include <inkling/form/layout/learn.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/io/atomic_file.hpp>
#include <inkling/picture/encode.hpp>

#include <CLI/Option.hpp>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "commands/form/form_commands.hpp"
#include "forms/page_source.hpp"
#include "pictures/file_list.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

struct LearnCommand {
  std::filesystem::path out;
  std::string name;
  std::vector<std::string> pages;
};

/// "vote.json" gets "vote-page.png" beside it.
std::filesystem::path beside(const LearnCommand& command, const std::string& what) {
  return command.out.parent_path() / (command.out.stem().string() + "-" + what + ".png");
}

template <typename Picture>
void write_picture(const std::filesystem::path& file, const Picture& picture) {
  const std::vector<std::uint8_t> png = encode_png(picture);
  write_atomically(file, std::as_bytes(std::span(png)));
}

std::vector<GreyImage> all_pages(const std::vector<std::string>& names) {
  std::vector<GreyImage> pages;
  for (const std::string& name : without_repeats(list_files(names, "", page_endings))) {
    try {
      const PageFile file(name);
      const int count = file.pages();
      for (int page = 1; page <= count; ++page) pages.push_back(file.page(page));
    } catch (const Error& error) {
      throw FileError(name + ": " + error.what());
    }
  }
  return pages;
}

void learn(const LearnCommand& command) {
  const std::vector<GreyImage> pages = all_pages(command.pages);
  const bool filled = pages.size() > 1;  // the first page holds writing: the print is kept apart from it
  LearntForm learnt = learn_form(pages, {.name = command.name.empty() ? command.out.stem().string() : command.name});
  for (const std::string& remark : learnt.remarks) std::cerr << "inkling: " << remark << std::endl;
  learnt.form.page.image = beside(command, "page").filename().string();
  learnt.form.page.filled = filled;
  if (filled) learnt.form.page.print = beside(command, "print").filename().string();

  write_picture(beside(command, "page"), pages.front());
  if (filled) write_picture(beside(command, "print"), learnt.print);
  write_picture(beside(command, "fields"), draw_fields(learnt.print, learnt.form.fields));
  save_template(learnt.form, command.out);
  std::cout << command.out.string() << ": " << learnt.form.fields.size() << " fields, drawn in "
            << beside(command, "fields").string() << std::endl;
}

}  // namespace

void add_form_learn(CLI::App& form) {
  const auto options = std::make_shared<LearnCommand>();
  CLI::App& command = *form.add_subcommand(
      "learn", "propose a template from a blank page, or from three or more filled pages of the same form");
  command.add_option("--out", options->out, "the form.json to write; pictures are written beside it")
      ->required()
      ->type_name("FORM.json");
  command.add_option("--name", options->name, "of the form; else that of the file")->type_name("NAME");
  command.add_option("pages", options->pages, "PNG, JPEG, TIFF or PDF files, or folders of them")
      ->required()
      ->type_name("PAGE...");
  command.callback([options] { learn(*options); });
}
