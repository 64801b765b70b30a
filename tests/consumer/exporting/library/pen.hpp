#pragma once

#include <inkling/core/shape.hpp>

#include <string>

/// What a pen draws on.
std::string sheet(const inkling::Shape& shape);
