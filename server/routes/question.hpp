#pragma once

#include <inkling/model/charset.hpp>
#include <inkling/model/prior.hpp>

#include <string_view>

namespace inkling::server {

/// What clients write of a question. Each throws Problem 400 that says what may stand there.
CharSet charset_of(std::string_view text);
Prior prior_of(std::string_view text);

}  // namespace inkling::server
