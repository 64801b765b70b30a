#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/rules/expression.hpp>

#include <regex>

namespace inkling::inline INKLING_ABI::form {

struct RegularExpression {
  std::regex expression;
};

}  // namespace inkling::inline INKLING_ABI::form
