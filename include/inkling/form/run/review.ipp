#pragma once

#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/rules/typed_text.hpp>
#include <inkling/form/run/detail/decision_rows.hpp>
#include <inkling/form/run/detail/sqlite.hpp>
#include <inkling/form/run/review.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// A field that can be asked, and all that was decided about it.
struct ReviewItem {
  std::int64_t page = 0;
  std::int64_t position = 0;
  std::string field;
  std::string text;
  FieldStatus status = FieldStatus::read;
  double confidence = 0;
  std::string reason;
  std::string file;
  int number = 1;
  const Field* layout = nullptr;
  bool asked = false;    // doubtful, or among the least sure
  bool sampled = false;  // a second typist is asked
  std::int64_t last = 0;
  std::vector<Decision> stack = {};  // standing

  std::optional<std::size_t> second() const {
    for (std::size_t i = stack.size(); i-- > 0;) {
      if (stack[i].kind == DecisionKind::second) return i;
    }
    return std::nullopt;
  }
  /// What a person decided before decision `end` of the stack; nullptr: nobody did.
  const Decision* value_before(std::size_t end) const {
    for (std::size_t i = end; i-- > 0;) {
      if (stack[i].kind != DecisionKind::second) return &stack[i];
    }
    return nullptr;
  }
  const Decision* value() const { return value_before(stack.size()); }
  const std::string& text_before(std::size_t end) const {
    const Decision* value = value_before(end);
    return value == nullptr ? text : value->text;
  }

  /// 1,33 and 1.33 are the same number.
  bool same(const std::string& a, const std::string& b) const {
    if (a == b) return true;
    if (layout == nullptr) return false;
    const TypedText x = typed_text(*layout, a);
    const TypedText y = typed_text(*layout, b);
    return x.problem.empty() && y.problem.empty() && x.text == y.text;
  }
  bool differed() const {
    const auto at = second();
    return at && !same(stack[*at].text, text_before(*at));
  }
  /// What it says for certain: the typists agree, or somebody decided between them.
  const std::string* agreed() const {
    const auto at = second();
    if (!at) return nullptr;
    if (*at + 1 < stack.size()) return &stack.back().text;
    return differed() ? nullptr : &text_before(*at);
  }
  std::optional<ReviewTurn> turn() const {
    if (asked && value() == nullptr) return ReviewTurn::first;
    if (const auto at = second()) {
      return differed() && *at + 1 == stack.size() ? std::optional(ReviewTurn::again) : std::nullopt;
    }
    return sampled ? std::optional(ReviewTurn::second) : std::nullopt;
  }
};

struct ReviewClaim {
  std::string by;
  std::int64_t until = 0;
};

inline std::string utc_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

/// 0 to 1, the same for a field whatever the order that pages were added in.
inline double share_of_field(std::uint64_t seed, const std::string& hash, std::int64_t page, const std::string& field) {
  std::uint64_t text = 14695981039346656037ULL;  // FNV-1a
  for (const std::string& part : {hash, field}) {
    for (const char c : part) text = (text ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  Rng rng(derive_seed(seed, {text, static_cast<std::uint64_t>(page)}));
  return rng.uniform();
}

inline constexpr const char* double_keying = "double keying";

}  // namespace detail

INKLING_INLINE std::string known_table(const std::vector<KnownField>& known) {
  std::vector<TableCell> header;
  for (const char* name : {"page", "file", "number", "field", "read", "text", "confidence", "right", "sampled"}) {
    header.push_back({.text = name});
  }
  std::string text = csv_row(header);
  for (const KnownField& field : known) {
    std::array<char, 32> confidence{};
    const auto end = std::to_chars(confidence.data(), confidence.data() + confidence.size(), field.confidence,
                                   std::chars_format::fixed, 6)
                         .ptr;
    text += csv_row({{.text = std::to_string(field.page), .is_number = true},
                     {.text = field.file},
                     {.text = std::to_string(field.number), .is_number = true},
                     {.text = field.field},
                     {.text = field.read},
                     {.text = field.text},
                     {.text = std::string(confidence.data(), end), .is_number = true},
                     {.text = field.right ? "1" : "0", .is_number = true},
                     {.text = field.sampled ? "1" : "0", .is_number = true}});
  }
  return text;
}

INKLING_INLINE void ReviewOptions::check() const {
  in_range("least_sure", least_sure, {.high = 1});
  in_range("double_key", double_key, {.high = 1});
  in_range("claim", claim, {.low = 1, .high = 1e9});
}

struct Review::Parts {
  using Item = detail::ReviewItem;
  using Place = std::pair<std::int64_t, std::string>;

  Run run;
  detail::Database database;
  ReviewOptions options;
  std::vector<FormTemplate> forms;
  mutable std::mutex mutex;

  std::vector<Item> items = {};
  std::map<Place, std::size_t> index = {};
  std::array<std::vector<std::size_t>, 3> orders = {};  // by ReviewOrder
  std::map<Place, detail::ReviewClaim> claims = {};
  std::int64_t last_page = -1;
  std::int64_t last_decision = 0;
  std::int64_t data_version = -1;

  Parts(const std::filesystem::path& folder, ReviewOptions given)
      : run(folder, Run::Access::decide), database(folder / "run.sqlite", true), options(std::move(given)) {
    options.check();
    database.execute("PRAGMA foreign_keys = ON");
    database.execute("PRAGMA synchronous = FULL");
    take_sample();
    refresh();
  }

  std::int64_t now() const { return options.clock ? options.clock() : static_cast<std::int64_t>(std::time(nullptr)); }

  /// The sample is the run's, from the first time that it is asked for.
  void take_sample() {
    const std::optional<std::string> old = run.origin(detail::double_keying);
    if (options.double_key > 0) {
      std::array<char, 32> share{};
      const auto end = std::to_chars(share.data(), share.data() + share.size(), options.double_key).ptr;
      run.set_origin(detail::double_keying, std::string(share.data(), end) + " seed " + std::to_string(options.seed));
    } else if (old) {
      const std::size_t space = old->find(' ');
      std::from_chars(old->data(), old->data() + std::min(space, old->size()), options.double_key);
      const std::size_t seed = old->rfind(' ') + 1;
      std::from_chars(old->data() + seed, old->data() + old->size(), options.seed);
    }
  }

  std::int64_t number(const char* sql) const {
    detail::Statement row = database.prepare(sql);
    return row.step() && !row.is_null(0) ? row.integer(0) : 0;
  }

  const FormTemplate* form_of(const std::string& name) const {
    const auto form = std::find_if(forms.begin(), forms.end(), [&](const FormTemplate& f) { return f.name == name; });
    return form == forms.end() ? nullptr : &*form;
  }

  /// Takes in what others wrote since the last time: decisions are only ever added.
  void refresh() {
    const std::int64_t version = number("PRAGMA data_version");
    if (version == data_version) return;
    if (const std::int64_t page = number("SELECT max(id) FROM page"); page != last_page) {
      load_fields();
      last_page = page;
    }
    detail::Statement rows =
        database.prepare(detail::decision_columns(detail::run_version) + " WHERE id > ? ORDER BY id");
    rows.bind(1, last_decision);
    while (rows.step()) take(detail::decision_of(rows));
    claims.clear();
    detail::Statement held = database.prepare("SELECT page, field, by, until FROM claim");
    while (held.step()) claims[{held.integer(0), held.text(1)}] = {held.text(2), held.integer(3)};
    data_version = version;
  }

  void load_fields() {
    items.clear();
    index.clear();
    last_decision = 0;
    forms = run.templates();
    detail::Statement rows = database.prepare(
        "SELECT field.page, position, name, text, field.status, confidence, field.reason, page.form, page.hash, "
        "page.page, page.file FROM page JOIN field ON field.page = page.id ORDER BY field.page, position");
    while (rows.step()) {
      const FormTemplate* form = form_of(rows.text(7));
      Item item{.page = rows.integer(0),
                .position = rows.integer(1),
                .field = rows.text(2),
                .text = rows.text(3),
                .status = field_status(rows.text(4)),
                .confidence = rows.real(5),
                .reason = rows.text(6),
                .file = rows.text(10),
                .number = static_cast<int>(rows.integer(9))};
      item.layout = form == nullptr ? nullptr : form->find(item.field);
      // What no template names was put together from others; tables and pictures have no text of their own.
      if (item.layout == nullptr || item.layout->kind == FieldKind::table || item.layout->kind == FieldKind::picture) {
        continue;
      }
      item.asked = item.status == FieldStatus::doubtful;
      item.sampled = options.double_key > 0 && detail::share_of_field(options.seed, rows.text(8), rows.integer(9),
                                                                      item.field) < options.double_key;
      index.emplace(Place{item.page, item.field}, items.size());
      items.push_back(std::move(item));
    }
    sort_orders();
    const auto least = static_cast<std::size_t>(std::ceil(options.least_sure * static_cast<double>(items.size())));
    for (std::size_t i = 0; i < std::min(least, items.size()); ++i)
      items[orders[static_cast<std::size_t>(ReviewOrder::confidence)][i]].asked = true;
  }

  void sort_orders() {
    for (std::size_t kind = 0; kind < orders.size(); ++kind) {
      std::vector<std::size_t>& order = orders[kind];
      order.resize(items.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const Item& x = items[a];
        const Item& y = items[b];
        if (kind == static_cast<std::size_t>(ReviewOrder::field) && x.layout != y.layout) return x.layout < y.layout;
        if (kind == static_cast<std::size_t>(ReviewOrder::reading) && x.text != y.text) return x.text < y.text;
        return x.confidence < y.confidence;
      });
    }
  }

  void take(const Decision& decision) {
    last_decision = std::max(last_decision, decision.id);
    const auto found = index.find({decision.page, decision.field});
    if (found == index.end()) return;
    Item& item = items[found->second];
    item.last = decision.id;
    detail::stand(item.stack, decision);
  }

  Item& item_of(std::int64_t page, const std::string& field) {
    const auto found = index.find({page, field});
    if (found == index.end()) {
      throw ValueError("page " + std::to_string(page) + " of the run has no field '" + field + "' that can be decided");
    }
    return items[found->second];
  }

  /// Whom it is in the hands of just now; nullptr: nobody's.
  const std::string* holder(const Item& item) const {
    const auto found = claims.find({item.page, item.field});
    return found == claims.end() || found->second.until <= now() ? nullptr : &found->second.by;
  }

  /// Whether the reviewer may be asked: nobody keys a field twice.
  static bool may_ask(const Item& item, ReviewTurn turn, const std::string& reviewer) {
    if (turn != ReviewTurn::second) return true;
    const Decision* value = item.value();
    return value == nullptr || value->by != reviewer;
  }

  ReviewTask task_of(const Item& item, ReviewTurn turn) const {
    ReviewTask task{.page = item.page, .field = item.field, .turn = turn, .after = item.last};
    if (turn == ReviewTurn::second) return task;
    task.confidence = item.confidence;
    task.reason = item.reason;
    task.status = item.status;
    task.text = item.text;
    if (turn == ReviewTurn::again) {
      const std::size_t at = *item.second();
      task.text = item.text_before(at);
      task.second_text = item.stack[at].text;
    }
    return task;
  }

  void claim(const Item& item, const std::string& reviewer) {
    const std::int64_t until = now() + static_cast<std::int64_t>(options.claim);
    database
        .prepare(
            "INSERT INTO claim VALUES (?, ?, ?, ?) ON CONFLICT (page, field) DO UPDATE SET by = excluded.by, "
            "until = excluded.until")
        .bind(1, item.page)
        .bind(2, item.field)
        .bind(3, reviewer)
        .bind(4, until)
        .step();
    claims[{item.page, item.field}] = {reviewer, until};
  }

  void drop_claim(const Item& item) {
    database.prepare("DELETE FROM claim WHERE page = ? AND field = ?").bind(1, item.page).bind(2, item.field).step();
    claims.erase({item.page, item.field});
  }

  Decision write(const Item& item, Decision decision) {
    decision.page = item.page;
    decision.field = item.field;
    decision.at = detail::utc_text(now());
    detail::insert_decision(database, decision);
    decision.id = database.last_row();
    return decision;
  }

  /// `work` alone in the database, with everything known that others wrote. What it put into `claims` is forgotten when
  /// the disk refuses.
  template <typename Work>
  void alone(Work work) {
    try {
      detail::Transaction transaction(database);
      refresh();
      work();
      transaction.commit();
    } catch (const FileError&) {
      data_version = -1;
      last_page = -1;
      throw;
    }
  }

  /// The text and status that an answer stands for.
  Decision meant(const Item& item, const ReviewAnswer& answer) const {
    Decision decision{.by = answer.by, .kind = answer.kind};
    const bool keyed = item.turn() == ReviewTurn::second;
    if (keyed && answer.kind == DecisionKind::accepted) {
      throw ValueError("a second typist is shown no reading, and types what is written");
    }
    if (answer.kind == DecisionKind::second && (!keyed || !may_ask(item, ReviewTurn::second, answer.by))) {
      throw ValueError("this field is not asked of a second typist, or not of the first one");
    }
    switch (answer.kind) {
      case DecisionKind::accepted:
        decision.text = item.text_before(item.second().value_or(item.stack.size()));
        decision.status = decision.text.empty() ? blank_status(item) : FieldStatus::read;
        break;
      case DecisionKind::blank:
        decision.status = FieldStatus::empty;
        break;
      case DecisionKind::corrected:
      case DecisionKind::second: {
        const TypedText typed = typed_text(*item.layout, answer.text);
        if (!typed.problem.empty()) throw ValueError(typed.problem);
        decision.text = typed.text;
        decision.status = typed.status;
        if (answer.kind == DecisionKind::corrected && typed.status == FieldStatus::empty) {
          decision.kind = DecisionKind::blank;
        }
        break;
      }
      case DecisionKind::undo:
        throw ValueError("expected a decision about what a field says, got undo");
    }
    return decision;
  }

  /// The same answer once more? What it meant, it meant before the decision that it led to. Throws ReviewConflict for
  /// any other.
  Decision told_before(const Item& item, const ReviewAnswer& answer) const {
    if (!item.stack.empty() && item.stack.back().id == item.last && item.stack.back().by == answer.by &&
        answer.after < item.last) {
      Item before = item;
      before.stack.pop_back();
      const Decision meant = this->meant(before, answer);
      const Decision& last = item.stack.back();
      if (meant.kind == last.kind && meant.text == last.text && meant.status == last.status) return last;
    }
    throw ReviewConflict("somebody decided about this field meanwhile; it is not decided twice");
  }

  /// Those in hand already first, then doubtful ones, those that differ, and those to be keyed again.
  std::vector<ReviewTask> hand_out(const std::string& reviewer, ReviewOrder order, std::size_t count) {
    std::vector<ReviewTask> tasks;
    std::vector<std::size_t> chosen;
    const auto pass = [&](bool mine, std::optional<ReviewTurn> wanted, bool own_key = true) {
      for (const std::size_t i : orders[static_cast<std::size_t>(order)]) {
        if (chosen.size() >= count) return;
        const Item& item = items[i];
        const std::optional<ReviewTurn> turn = item.turn();
        if (!turn || (wanted && turn != wanted) || !may_ask(item, *turn, reviewer)) continue;
        if (!own_key && item.stack.back().by == reviewer) continue;
        const std::string* held_by = holder(item);
        if (mine ? held_by == nullptr || *held_by != reviewer : held_by != nullptr) continue;
        chosen.push_back(i);
        tasks.push_back(task_of(item, *turn));
      }
    };
    pass(true, std::nullopt);
    pass(false, ReviewTurn::first);
    pass(false, ReviewTurn::again, false);  // somebody else should decide than the second typist
    pass(false, ReviewTurn::second);
    pass(false, ReviewTurn::again);
    for (const std::size_t i : chosen) claim(items[i], reviewer);
    return tasks;
  }

  /// Of a reading without text: crossed out, or empty.
  FieldStatus blank_status(const Item& item) const {
    detail::Statement row = database.prepare("SELECT cells FROM field WHERE page = ? AND position = ?");
    row.bind(1, item.page).bind(2, item.position);
    FieldReading reading{.name = item.field};
    if (row.step()) parse_cells(row.text(0), reading);
    const bool crossed = std::any_of(reading.cells.begin(), reading.cells.end(),
                                     [](const CellReading& cell) { return cell.status == CellStatus::crossed; });
    return crossed ? FieldStatus::crossed : FieldStatus::empty;
  }
};

INKLING_INLINE Review::Review(const std::filesystem::path& run, ReviewOptions options)
    : parts_(std::make_unique<Parts>(run, std::move(options))) {}
INKLING_INLINE Review::Review(Review&&) noexcept = default;
INKLING_INLINE Review& Review::operator=(Review&&) noexcept = default;
INKLING_INLINE Review::~Review() = default;

INKLING_INLINE const Run& Review::run() const noexcept {
  return parts_->run;
}

INKLING_INLINE std::vector<ReviewTask> Review::next(const std::string& reviewer, ReviewOrder order, std::size_t count) {
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  std::vector<ReviewTask> tasks;
  parts.alone([&] { tasks = parts.hand_out(reviewer, order, count); });
  return tasks;
}

INKLING_INLINE Decision Review::decide(const ReviewAnswer& answer) {
  return decide_and_next(answer, ReviewOrder::confidence, 0).decision;
}

INKLING_INLINE ReviewStep Review::decide_and_next(const ReviewAnswer& answer, ReviewOrder order, std::size_t count) {
  if (answer.by.empty()) throw ValueError("a decision needs the name of who decides");
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  ReviewStep step;
  parts.alone([&] {
    const detail::ReviewItem& item = parts.item_of(answer.page, answer.field);
    if (item.last != answer.after) {
      step.decision = parts.told_before(item, answer);
    } else {
      const std::string* holder = parts.holder(item);
      if (holder != nullptr && *holder != answer.by) throw ReviewConflict("another reviewer has this field in hand");
      step.decision = parts.write(item, parts.meant(item, answer));
      parts.drop_claim(item);
      parts.take(step.decision);
    }
    step.next = parts.hand_out(answer.by, order, count);
  });
  return step;
}

INKLING_INLINE std::optional<ReviewTask> Review::undo(const std::string& reviewer) {
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  std::optional<ReviewTask> task;
  parts.alone([&] {
    const detail::ReviewItem* latest = nullptr;
    for (const detail::ReviewItem& item : parts.items) {
      if (item.stack.empty() || item.stack.back().by != reviewer) continue;
      if (latest == nullptr || item.stack.back().id > latest->stack.back().id) latest = &item;
    }
    if (latest == nullptr) return;
    const std::string* holder = parts.holder(*latest);
    if (holder != nullptr && *holder != reviewer) throw ReviewConflict("another reviewer has this field in hand");
    parts.take(parts.write(*latest, {.by = reviewer, .kind = DecisionKind::undo}));
    parts.claim(*latest, reviewer);
    task = parts.task_of(*latest, latest->turn().value_or(ReviewTurn::first));
  });
  return task;
}

INKLING_INLINE void Review::leave(const std::string& reviewer) {
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  parts.alone([&] {
    parts.database.prepare("DELETE FROM claim WHERE by = ?").bind(1, reviewer).step();
    std::erase_if(parts.claims, [&](const auto& claim) { return claim.second.by == reviewer; });
  });
}

INKLING_INLINE ReviewProgress Review::progress() const {
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  parts.refresh();
  ReviewProgress progress{.fields = parts.items.size()};
  std::vector<ScoredField> scored;
  for (const detail::ReviewItem& item : parts.items) {
    progress.asked += item.asked ? 1 : 0;
    progress.decided += item.asked && item.value() != nullptr ? 1 : 0;
    progress.in_hand += parts.holder(item) != nullptr ? 1 : 0;
    if (!item.sampled) continue;
    ++progress.sample;
    const auto second = item.second();
    if (!second) continue;
    ++progress.keyed;
    progress.differed += item.differed() ? 1 : 0;
    progress.again += item.turn() == ReviewTurn::again ? 1 : 0;
    const std::string* agreed = item.agreed();
    if (agreed == nullptr) continue;
    ++progress.right.of;
    progress.right.right += item.same(*agreed, item.text_before(*second)) ? 1 : 0;
    scored.push_back({.confidence = item.confidence, .right = item.same(*agreed, item.text)});
  }
  if (!scored.empty()) progress.accepted = evaluation_of(std::move(scored)).accepted;
  return progress;
}

INKLING_INLINE std::vector<KnownField> Review::known() const {
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  parts.refresh();
  std::vector<KnownField> all;
  for (const detail::ReviewItem& item : parts.items) {
    const std::string* agreed = item.agreed();
    const Decision* value = item.value();
    if (agreed == nullptr && (value == nullptr || item.turn() == ReviewTurn::again)) continue;
    all.push_back({.page = item.page,
                   .field = item.field,
                   .file = item.file,
                   .number = item.number,
                   .read = item.text,
                   .text = agreed != nullptr ? *agreed : value->text,
                   .confidence = item.confidence,
                   .right = item.same(item.text, agreed != nullptr ? *agreed : value->text),
                   .sampled = item.sampled && agreed != nullptr});
  }
  return all;
}

}  // namespace inkling::inline INKLING_ABI::form
