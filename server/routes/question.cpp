#include "routes/question.hpp"

#include <inkling/core/error.hpp>

#include <cstddef>

#include "http/problem.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t charset_limit = 256;

}  // namespace

CharSet charset_of(std::string_view text) {
  if (text.size() > charset_limit) throw Problem(400, "The field charset is too long.");
  try {
    return CharSet::parse(text);
  } catch (const ValueError&) {  // its text repeats the field
    throw Problem(400, "The field charset is digits, upper, lower, letters, all, or characters, as in 0-9A-F.");
  }
}

Prior prior_of(std::string_view text) {
  try {
    return parse_prior(text);
  } catch (const ValueError&) {  // its text repeats the field
    throw Problem(400, "The field prior is natural, tempered or uniform.");
  }
}

}  // namespace inkling::server
