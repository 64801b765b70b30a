#include "options/storage_option.hpp"

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include <string>

void add_storage_option(CLI::App& command, inkling::Storage& storage) {
  command
      .add_option_function<std::string>(
          "--storage", [&storage](const std::string& name) { storage = inkling::parse_storage(name); },
          "f16 halves the file, i8 of a network takes a quarter or less, f32 keeps the weights exactly (default " +
              to_string(storage) + ")")
      ->type_name("NAME")
      ->check(CLI::IsMember({"f32", "f16", "i8"}));
}
