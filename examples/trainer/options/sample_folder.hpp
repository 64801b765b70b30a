#pragma once

#include <filesystem>

/// The folder of the sample that comes with the project: `../share/inkling/data` beside an installed command, else
/// `data/` of the source tree that it was built from.
std::filesystem::path sample_folder();
