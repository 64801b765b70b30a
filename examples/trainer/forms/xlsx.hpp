#pragma once

#include <inkling/form/results/csv.hpp>

#include <filesystem>
#include <functional>
#include <vector>

/// Writes rows into the first sheet of an Excel file, all or nothing: `rows` is called once with a function that takes
/// each row, the header first. Texts are texts whatever they look like, numbers are numbers, and no cell is a formula.
/// Throws inkling::FileError.
void write_xlsx(
    const std::filesystem::path& file,
    const std::function<void(const std::function<void(const std::vector<inkling::form::TableCell>&)>&)>& rows);
