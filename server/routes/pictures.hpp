#pragma once

#include <inkling/form/results/csv.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "http/http.hpp"
#include "http/json.hpp"
#include "routes/submission.hpp"

namespace inkling::server {

using TableRow = std::vector<form::TableCell>;

/// What a route makes of pictures.
struct PictureReader {
  /// The answer for one; may throw whatever answer_or_refuse takes.
  std::function<Json(const SentPicture&)> read;
  /// Their table: a head, and a row for each; an answer without the members that it needs was a refusal.
  std::function<std::vector<TableRow>(const std::vector<Json>&)> table;
};

/// A table of members of each answer.
std::function<std::vector<TableRow>(const std::vector<Json>&)> table_of_members(std::vector<std::string_view> names);

/// One picture is answered as it is read, or refused. Of a list each is answered in turn, and one that is refused has
/// its problem in its place. So it is, too, for a client that would rather have a table (text/csv) or a line for each
/// (application/x-ndjson), which goes out as soon as it is known. The request outlives the answer's stream.
Response answer_pictures(const Request& request, std::shared_ptr<const Submission> submission, PictureReader reader);

}  // namespace inkling::server
