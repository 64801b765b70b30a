#pragma once

#include <inkling/form/run/run.hpp>

#include <cstddef>
#include <filesystem>

/// Writes each character that a person decided as DIR/<label>/<page>-<field>-<cell>.png, cut out of the pages that the
/// run keeps, and returns how many. Pictures that are there already are replaced, others stay. Throws
/// inkling::FileError; inkling::ValueError for a run that keeps no pages.
std::size_t write_corrections(const inkling::form::Run& run, const std::filesystem::path& folder);
