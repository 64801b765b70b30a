#pragma once

#include <inkling/io/safetensors/storage.hpp>

#include <CLI/App.hpp>

/// --storage: how the file of a network holds its weights. What `storage` is before is the default.
void add_storage_option(CLI::App& command, inkling::Storage& storage);
