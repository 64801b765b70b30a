#pragma once

#include <CLI/App.hpp>

/// Each adds one subcommand to `inkling form`; it runs when the line is parsed.
void add_form_learn(CLI::App& form);
void add_form_check(CLI::App& form);
void add_form_read(CLI::App& form);
void add_form_table(CLI::App& form);
void add_form_export(CLI::App& form);
void add_form_grade(CLI::App& form);
void add_form_evaluate(CLI::App& form);
void add_form_import(CLI::App& form);
void add_form_merge(CLI::App& form);
