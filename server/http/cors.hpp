#pragma once

#include <string>
#include <vector>

#include "http/exchange.hpp"
#include "http/http.hpp"

namespace inkling::server {

/// Lets scripts of the listed origins ("https://example.org"; "null" for pages from files) read the answers of
/// `handler` (the CORS protocol of the Fetch standard). Without origins it is the handler itself, and browsers keep its
/// answers from all other pages. Throws ValueError for text that is not an origin.
Handler allow_origins(std::vector<std::string> origins, Handler handler);

}  // namespace inkling::server
