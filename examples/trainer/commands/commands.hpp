#pragma once

#include <CLI/App.hpp>

/// Each adds one subcommand to the command line; it runs when the line is parsed.
void add_train(CLI::App& app);
void add_tune(CLI::App& app);
void add_adapt(CLI::App& app);
void add_compare(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_predict(CLI::App& app);
void add_read(CLI::App& app);
void add_lines(CLI::App& app);
void add_export(CLI::App& app);
void add_form(CLI::App& app);
