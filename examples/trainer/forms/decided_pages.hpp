#pragma once

#include <inkling/form/run/run.hpp>

#include <functional>
#include <string>
#include <vector>

/// Every page of a run with the decisions about it, in the order of files and pages.
void for_each_decided_page(const inkling::form::Run& run,
                           const std::function<void(const inkling::form::PageReading& page)>& work);

/// The whole of a file of text. Throws inkling::FileError.
std::string text_of(const std::string& file);
