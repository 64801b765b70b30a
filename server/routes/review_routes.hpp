#pragma once

#include "http/http.hpp"
#include "http/router.hpp"
#include "review/review_desk.hpp"

namespace inkling::server {

/// GET /review and what lies below it: docs/http-api.md, "Reviewing a run". Without a desk, GET /review says so and the
/// rest is not there. They answer scripts of the server's own page and programs alone, never another site's, and with
/// `local` nobody who calls the server by a name that is not this machine's.
void add_review_routes(Router& router, ReviewDesk* desk, bool local);

/// "localhost", 127.0.0.1 and ::1, with or without a port.
bool is_local(std::string_view host) noexcept;

}  // namespace inkling::server
