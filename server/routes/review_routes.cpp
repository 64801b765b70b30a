#include "routes/review_routes.hpp"

#include <inkling/core/error.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/results/page_table.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/picture/encode.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/data_url.hpp"
#include "http/header_text.hpp"
#include "http/json.hpp"
#include "http/problem.hpp"
#include "review/fault_bundle.hpp"
#include "routes/answer_or_refuse.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t most_tasks = 24;  // handed out at once
constexpr std::size_t most_name = 100;  // bytes

/// The members of a question, each at most once, and none that is not known.
class ReviewQuestion {
 public:
  ReviewQuestion(const Request& request, std::span<const std::string_view> known) {
    const std::string_view type = request.content_type;
    // A form of another site can send anything but this without asking first.
    if (!equal_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json")) {
      throw Problem(415, "Send application/json.");
    }
    body_ = parse_json(request.body);
    if (!body_.is_object()) throw Problem(400, "The JSON is no object.");
    for (const auto& [name, value] : body_.items()) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        throw Problem(400, "The object has a member that is not known here.");
      }
    }
  }

  std::string text(const char* name, const char* missing = nullptr) const {
    const auto found = body_.find(name);
    if (found == body_.end() && missing != nullptr) return missing;
    if (found == body_.end() || !found->is_string())
      throw Problem(400, std::string("The member ") + name + " is a text.");
    return found->get<std::string>();
  }
  std::int64_t number(const char* name, std::optional<std::int64_t> missing = {}) const {
    const auto found = body_.find(name);
    if (found == body_.end() && missing) return *missing;
    if (found == body_.end() || !found->is_number_integer()) {
      throw Problem(400, std::string("The member ") + name + " is a whole number.");
    }
    return found->get<std::int64_t>();
  }
  std::string reviewer() const {
    std::string name = text("reviewer");
    if (name.empty() || name.size() > most_name) throw Problem(400, "The member reviewer is a name of 1 to 100 bytes.");
    return name;
  }
  form::ReviewOrder order() const {
    const std::string name = text("order", "confidence");
    if (name == "confidence") return form::ReviewOrder::confidence;
    if (name == "field") return form::ReviewOrder::field;
    if (name == "reading") return form::ReviewOrder::reading;
    throw Problem(400, "The member order is confidence, field or reading.");
  }
  std::size_t count() const {
    const std::int64_t value = number("count", 1);
    if (value < 0 || value > static_cast<std::int64_t>(most_tasks)) {
      throw Problem(400, "The member count is a number from 0 to 24.");
    }
    return static_cast<std::size_t>(value);
  }

 private:
  Json body_;
};

std::string_view name_of(form::ReviewTurn turn) {
  constexpr std::array<std::string_view, 3> names{"first", "second", "again"};
  return names[static_cast<std::size_t>(turn)];
}

Json to_json(const form::ReviewTask& task, ReviewDesk& desk) {
  const auto page = desk.page(task.page);
  Json json{{"page", task.page},
            {"field", task.field},
            {"turn", name_of(task.turn)},
            {"after", task.after},
            {"file", as_utf8(page->stored.key.file)},
            {"number", page->stored.key.page}};
  if (page->layout != nullptr && page->layout->find(task.field) != nullptr) {
    json["kind"] = form::name_of(page->layout->find(task.field)->kind);
  }
  if (task.turn != form::ReviewTurn::second) {
    json["text"] = task.text;
    json["status"] = form::name_of(task.status);
    json["confidence"] = rounded(task.confidence, 4);
    json["reason"] = task.reason;
  }
  if (task.turn == form::ReviewTurn::again) json["second"] = task.second_text;
  const Crop crop = crop_of(*page, task.field);
  if (!crop.picture.empty()) {
    json["crop"] = png_data_url(encode_png(crop.picture));
    json["size"] = {crop.picture.width(), crop.picture.height()};
    json["frame"] = {rounded(crop.frame.x, 1), rounded(crop.frame.y, 1), rounded(crop.frame.width, 1),
                     rounded(crop.frame.height, 1)};
  }
  return json;
}

Json to_json(const form::Share& share) {
  return {{"of", share.of},
          {"right", share.right},
          {"share", rounded(share.value(), 4)},
          {"low", rounded(share.low(), 4)},
          {"high", rounded(share.high(), 4)}};
}

Json to_json(const form::ReviewProgress& progress) {
  Json json{{"fields", progress.fields},     {"asked", progress.asked},   {"decided", progress.decided},
            {"in_hand", progress.in_hand},   {"sample", progress.sample}, {"keyed", progress.keyed},
            {"differed", progress.differed}, {"again", progress.again},   {"right", to_json(progress.right)}};
  json["accepted"] = Json::array();
  for (const form::AcceptedShare& accepted : progress.accepted) {
    json["accepted"].push_back({{"error", accepted.error},
                                {"confidence", rounded(accepted.confidence, 4)},
                                {"wrong", accepted.wrong},
                                {"fields", to_json(accepted.fields)}});
  }
  return json;
}

Json to_json(const std::vector<form::ReviewTask>& tasks, ReviewDesk& desk) {
  Json json = Json::array();
  for (const form::ReviewTask& task : tasks) json.push_back(to_json(task, desk));
  return json;
}

Response show_review(ReviewDesk& desk) {
  Json forms = Json::array();
  for (const form::FormTemplate& form : desk.forms()) forms.push_back(form.name);
  return json_response({{"review",
                         {{"run", as_utf8(desk.name())},
                          {"forms", std::move(forms)},
                          {"progress", to_json(desk.review().progress())}}}});
}

Response next_tasks(ReviewDesk& desk, const Request& request) {
  constexpr std::array<std::string_view, 3> known{"reviewer", "order", "count"};
  const ReviewQuestion question(request, known);
  Json tasks = to_json(desk.review().next(question.reviewer(), question.order(), question.count()), desk);
  return json_response({{"tasks", std::move(tasks)}, {"progress", to_json(desk.review().progress())}});
}

Response decide(ReviewDesk& desk, const Request& request) {
  constexpr std::array<std::string_view, 8> known{"reviewer", "page", "field", "after",
                                                  "kind",     "text", "order", "count"};
  const ReviewQuestion question(request, known);
  const std::string kind = question.text("kind");
  if (kind != "accepted" && kind != "corrected" && kind != "blank" && kind != "second") {
    throw Problem(400, "The member kind is accepted, corrected, blank or second.");
  }
  form::ReviewStep step;
  try {
    step = desk.review().decide_and_next({.page = question.number("page"),
                                          .field = question.text("field"),
                                          .after = question.number("after"),
                                          .kind = form::decision_kind(kind),
                                          .text = question.text("text", ""),
                                          .by = question.reviewer()},
                                         question.order(), question.count());
  } catch (const ValueError& error) {
    throw Problem(422, error.what());
  }
  const form::Decision& decision = step.decision;
  return json_response({{"decision",
                         {{"id", decision.id},
                          {"kind", form::name_of(decision.kind)},
                          {"text", decision.text},
                          {"status", form::name_of(decision.status)},
                          {"at", decision.at}}},
                        {"tasks", to_json(step.next, desk)},
                        {"progress", to_json(desk.review().progress())}});
}

Response undo(ReviewDesk& desk, const Request& request) {
  constexpr std::array<std::string_view, 1> known{"reviewer"};
  const auto task = desk.review().undo(ReviewQuestion(request, known).reviewer());
  return json_response(
      {{"task", task ? to_json(*task, desk) : Json()}, {"progress", to_json(desk.review().progress())}});
}

Response leave(ReviewDesk& desk, const Request& request) {
  constexpr std::array<std::string_view, 1> known{"reviewer"};
  desk.review().leave(ReviewQuestion(request, known).reviewer());
  return json_response({{"progress", to_json(desk.review().progress())}});
}

Response fault(ReviewDesk& desk, const Request& request) {
  constexpr std::array<std::string_view, 1> known{"page"};
  const std::int64_t id = ReviewQuestion(request, known).number("page");
  try {
    return json_response(fault_bundle(*desk.page(id)));
  } catch (const ValueError&) {
    throw Problem(404, "The run has no such page.");
  }
}

Response csv_response(const std::string& name, std::string text) {
  return {.content_type = "text/csv; charset=utf-8",
          .body = std::move(text),
          .headers = {{"Content-Disposition", "attachment; filename=\"" + name + "\""}}};
}

Response table(const ReviewDesk& desk) {
  form::PageTable table(desk.forms(), {.details = true});
  const std::vector<form::PageReading> pages = desk.decided_pages();
  for (const form::PageReading& page : pages) table.note(page);
  std::string text = form::csv_row(table.header());
  for (const form::PageReading& page : pages) text += form::csv_row(table.row(page));
  return csv_response("review.csv", std::move(text));
}

Response calibration(ReviewDesk& desk) {
  return csv_response("calibration.csv", form::known_table(desk.review().known()));
}

/// Only for the server's own page, and for programs.
void check_origin(const Request& request, bool local) {
  if (local && !is_local(request.host)) {
    throw Problem(403, "A run is reviewed on this machine alone: call the server localhost, or give it API keys.");
  }
  const std::size_t scheme = request.origin.find("://");
  if (!request.origin.empty() && (scheme == std::string::npos || request.origin.substr(scheme + 3) != request.host)) {
    throw Problem(403, "Scripts of other pages may not review.");
  }
}

}  // namespace

bool is_local(std::string_view host) noexcept {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') == std::string_view::npos ? 0 : host.find(']') - 1);
  } else if (std::count(host.begin(), host.end(), ':') == 1) {
    host = host.substr(0, host.find(':'));
  }
  const bool loopback = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return equal_ignoring_case(host, "localhost") || host == "::1" || loopback;
}

void add_review_routes(Router& router, ReviewDesk* desk, bool local) {
  if (desk == nullptr) {
    router.add("GET", "/review", [](const Request&) { return json_response({{"review", nullptr}}); });
    return;
  }
  const auto add = [&](const char* method, const char* path, std::function<Response(const Request&)> answer) {
    router.add(method, path, [answer = std::move(answer), local](const Request& request) {
      check_origin(request, local);
      Response response = answer_or_refuse([&] {
        try {
          return answer(request);
        } catch (const form::ReviewConflict& error) {
          throw Problem(409, error.what());
        }
      });
      response.headers.emplace_back("Cache-Control", "no-store");
      return response;
    });
  };
  add("GET", "/review", [desk](const Request&) { return show_review(*desk); });
  add("POST", "/review/next", [desk](const Request& request) { return next_tasks(*desk, request); });
  add("POST", "/review/decide", [desk](const Request& request) { return decide(*desk, request); });
  add("POST", "/review/undo", [desk](const Request& request) { return undo(*desk, request); });
  add("POST", "/review/leave", [desk](const Request& request) { return leave(*desk, request); });
  add("POST", "/review/fault", [desk](const Request& request) { return fault(*desk, request); });
  add("GET", "/review/table", [desk](const Request&) { return table(*desk); });
  add("GET", "/review/calibration", [desk](const Request&) { return calibration(*desk); });
}

}  // namespace inkling::server
