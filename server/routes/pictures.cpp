#include "routes/pictures.hpp"

#include <array>
#include <exception>
#include <utility>

#include "http/accept.hpp"
#include "http/problem.hpp"
#include "routes/answer_or_refuse.hpp"

namespace inkling::server {
namespace {

constexpr std::string_view csv_type = "text/csv";
constexpr std::array<std::string_view, 4> types = {"application/json", csv_type, "application/x-ndjson",
                                                   "application/jsonl"};

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The answer for a picture of a list, or what is wrong with it.
Json read_or_say_why(const PictureReader& reader, const SentPicture& picture) {
  Response refused;
  try {
    Json answer;
    answer_or_refuse([&] {
      if (picture.bytes.empty()) throw Problem(422, "The file is empty.");
      answer = reader.read(picture);
      return Response{};
    });
    return answer;
  } catch (const Problem& problem) {
    refused = to_response(problem);
  } catch (const std::exception&) {
    refused = to_response(Problem(500, "The server failed to read this picture."));
  }
  return {{"problem", Json::parse(refused.body)}};
}

/// Calls `take` with each entry of the list in its turn.
void read_all(const Submission& submission, const PictureReader& reader, const std::function<void(Json)>& take) {
  std::size_t index = 0;
  for (const SentPicture& picture : submission.pictures()) {
    Json entry = {{"index", index++}};
    if (!picture.name.empty()) entry["name"] = as_utf8(picture.name);
    entry.update(read_or_say_why(reader, picture));
    take(std::move(entry));
  }
}

form::TableCell cell(const Json& entry, std::string_view name) {
  const auto found = entry.find(std::string(name));
  if (found == entry.end()) return {};
  if (found->is_string()) return {.text = found->get<std::string>()};
  return {.text = found->dump(), .is_number = found->is_number()};
}

/// The route's table between whose rows these are and what was wrong with them.
std::string csv_of(const PictureReader& reader, const std::vector<Json>& entries) {
  std::vector<TableRow> rows = reader.table(entries);
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TableRow row = {{.text = "index"}, {.text = "name"}};
    if (i > 0) row = {cell(entries[i - 1], "index"), cell(entries[i - 1], "name")};
    row.insert(row.end(), rows[i].begin(), rows[i].end());
    if (i == 0) row.push_back({.text = "problem"});
    if (i > 0)
      row.push_back(entries[i - 1].contains("problem") ? cell(entries[i - 1]["problem"], "detail") : form::TableCell{});
    text += form::csv_row(row);
  }
  return text;
}

}  // namespace

std::function<std::vector<TableRow>(const std::vector<Json>&)> table_of_members(std::vector<std::string_view> names) {
  return [names = std::move(names)](const std::vector<Json>& answers) {
    std::vector<TableRow> rows(1);
    for (const std::string_view name : names) rows.front().push_back({.text = std::string(name)});
    for (const Json& answer : answers) {
      rows.emplace_back();
      for (const std::string_view name : names) rows.back().push_back(cell(answer, name));
    }
    return rows;
  };
}

Response answer_pictures(const Request& request, std::shared_ptr<const Submission> submission, PictureReader reader) {
  const std::string_view type = preferred_type(request.accept, types);
  if (type == types.front() && !submission->is_list()) {
    return json_response(reader.read(submission->pictures().front()));
  }
  if (type == types.front()) {
    Json results = Json::array();
    read_all(*submission, reader, [&](Json entry) { results.push_back(std::move(entry)); });
    return json_response({{"results", std::move(results)}});
  }
  if (type == csv_type) {
    std::vector<Json> entries;
    read_all(*submission, reader, [&](Json entry) { entries.push_back(std::move(entry)); });
    return {.content_type = "text/csv; charset=utf-8; header=present", .body = csv_of(reader, entries)};
  }
  return {.content_type = std::string(type),
          .stream =
              [submission = std::move(submission), reader = std::move(reader)](const Sink& sink) {
                read_all(*submission, reader, [&](const Json& entry) { sink(text_of(entry) + '\n'); });
              },
          .headers = {{"X-Accel-Buffering", "no"}}};  // so that nginx, too, passes each line on at once
}

}  // namespace inkling::server
