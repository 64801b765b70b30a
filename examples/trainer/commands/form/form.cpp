#include "commands/commands.hpp"
#include "commands/form/form_commands.hpp"

void add_form(CLI::App& app) {
  CLI::App& form =
      *app.add_subcommand("form", "pages of a form into a table: learn, check, read, table, export, grade, evaluate …");
  form.require_subcommand(1);
  add_form_learn(form);
  add_form_check(form);
  add_form_read(form);
  add_form_table(form);
  add_form_export(form);
  add_form_grade(form);
  add_form_evaluate(form);
  add_form_import(form);
  add_form_merge(form);
}
