#include <inkling/core/error.hpp>
#include <inkling/form/run/review.hpp>
#include <inkling/form/template_file.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sqlite3.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "temporary_folder.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

FormTemplate form_of() {
  return parse_template(R"({"inkling_form":1,"name":"c1","page":{"width":90,"height":90},"fields":[)"
                        R"({"name":"a","kind":"digits","box":[0,0,30,9],"cells":3},)"
                        R"({"name":"b","kind":"digits","box":[0,20,30,9],"cells":3},)"
                        R"({"name":"photo","kind":"picture","box":[0,40,30,9]}],)"
                        R"("joined":[{"name":"ab","fields":["a","b"]}],"rules":["a < b"]})")
      .form;
}

form::FieldReading reading_of(const std::string& name, const std::string& text, double confidence) {
  return {.name = name,
          .text = text,
          .status = confidence < 0.9 ? FieldStatus::doubtful
                    : text.empty()   ? FieldStatus::empty
                                     : FieldStatus::read,
          .confidence = confidence};
}

/// Pages whose field a is doubtful, the less the later; field b is sure.
std::filesystem::path make_run(const std::filesystem::path& folder, int pages) {
  Run run(folder, Run::Access::add);
  run.add_template(form_of());
  for (int i = 0; i < pages; ++i) {
    const std::string file = std::to_string(1000 + i) + ".png";
    PageReading page{.file = file, .form = "c1", .status = PageStatus::doubtful};
    page.fields = {reading_of("a", std::to_string(i % 3), 0.1 + 0.7 * i / pages), reading_of("b", "20", 0.99),
                   reading_of("photo", "", 1), reading_of("ab", std::to_string(i % 3) + "20", 0.5)};
    run.add({.file = file, .hash = file}, page);
  }
  return folder;
}

ReviewAnswer answer_to(const ReviewTask& task, const std::string& by, DecisionKind kind = DecisionKind::accepted,
                       const std::string& text = "") {
  return {.page = task.page, .field = task.field, .after = task.after, .kind = kind, .text = text, .by = by};
}

PageReading page_of(const Review& review, std::int64_t id) {
  const FormTemplate form = form_of();
  return decided(review.run().page(id).reading, review.run().decisions(id), &form);
}

TEST_CASE("review: doubtful fields only, the least sure first, one after another") {
  const test::TemporaryFolder folder;
  Review review(make_run(folder / "run", 4));
  CHECK(review.progress().fields == 8);
  CHECK(review.progress().asked == 4);
  double before = 0;
  for (int i = 0; i < 4; ++i) {
    const std::vector<ReviewTask> tasks = review.next("Ann");
    REQUIRE(tasks.size() == 1);
    CHECK(tasks[0].field == "a");
    CHECK(tasks[0].turn == ReviewTurn::first);
    CHECK(tasks[0].confidence >= before);
    before = tasks[0].confidence;
    const Decision decision = review.decide(answer_to(tasks[0], "Ann"));
    CHECK(decision.text == tasks[0].text);
    CHECK(decision.at.size() == 20);
    CHECK(page_of(review, tasks[0].page).fields[0].decided_by == "Ann");
  }
  CHECK(review.next("Ann").empty());
  CHECK(review.progress().decided == 4);
}

TEST_CASE("review: what was read as the same comes together, and so does a field") {
  const test::TemporaryFolder folder;
  Review review(make_run(folder / "run", 9), {.least_sure = 1});
  std::vector<std::string> texts, fields;
  for (const ReviewTask& task : review.next("Ann", ReviewOrder::reading, 100)) texts.push_back(task.text);
  CHECK(texts == std::vector<std::string>{"0", "0", "0", "1", "1", "1", "2", "2", "2", "20", "20", "20", "20", "20",
                                          "20", "20", "20", "20"});
  for (const ReviewTask& task : review.next("Ann", ReviewOrder::field, 100)) fields.push_back(task.field);
  CHECK(std::set(fields.begin(), fields.begin() + 9).size() == 1);
  CHECK(std::set(fields.begin() + 9, fields.end()).size() == 1);
}

TEST_CASE("review: a correction changes its own field, blank stays blank, and the joined field follows") {
  const test::TemporaryFolder folder;
  Review review(make_run(folder / "run", 2));
  std::vector<ReviewTask> tasks = review.next("Ann", ReviewOrder::confidence, 2);
  const PageReading before = review.run().page(tasks[0].page).reading;
  review.decide(answer_to(tasks[0], "Ann", DecisionKind::corrected, " 1\t"));
  const PageReading after = page_of(review, tasks[0].page);
  CHECK(after.fields[0].text == "1");
  CHECK(after.fields[0].plain == "0");
  CHECK(after.fields[0].changed_by == "Ann");
  CHECK(after.fields[1] == before.fields[1]);
  CHECK(after.fields[3].text == "120");
  CHECK(after.status == PageStatus::read);
  review.decide(answer_to(tasks[1], "Ann", DecisionKind::corrected, "  "));
  CHECK(review.run().decisions(tasks[1].page).back().kind == DecisionKind::blank);
  CHECK(page_of(review, tasks[1].page).fields[0].status == FieldStatus::empty);
  CHECK(page_of(review, tasks[1].page).fields[3].status == FieldStatus::doubtful);  // half of it is empty
  CHECK_THROWS_WITH_AS(
      review.decide(
          {.page = tasks[0].page, .field = "b", .kind = DecisionKind::corrected, .text = "1234", .by = "Ann"}),
      doctest::Contains("has 4 characters, the field has 3 cells"), ValueError);
  CHECK_THROWS_AS(review.decide({.page = tasks[0].page, .field = "photo", .by = "Ann"}), ValueError);
  CHECK_THROWS_AS(review.decide({.page = 99, .field = "a", .by = "Ann"}), ValueError);
  CHECK_THROWS_AS(review.decide({.page = tasks[0].page, .field = "b", .by = ""}), ValueError);
}

TEST_CASE("review: a field is one reviewer's until the time is over, also after a restart") {
  const test::TemporaryFolder folder;
  std::int64_t now = 1000;
  const ReviewOptions options{.claim = 60, .clock = [&] { return now; }};
  make_run(folder / "run", 2);
  std::vector<ReviewTask> ann;
  {
    Review review(folder / "run", options);
    ann = review.next("Ann");
    CHECK(review.next("Ann")[0].page == ann[0].page);  // the one in hand comes again
    CHECK(review.progress().in_hand == 1);
  }
  Review review(folder / "run", options);
  const std::vector<ReviewTask> ben = review.next("Ben");
  REQUIRE(ben.size() == 1);
  CHECK(ben[0].page != ann[0].page);
  CHECK(review.next("Cid").empty());
  CHECK_THROWS_AS(review.decide(answer_to(ann[0], "Ben")), ReviewConflict);
  now += 61;
  CHECK(review.next("Cid").size() == 1);
  review.leave("Cid");
  CHECK(review.next("Ben", ReviewOrder::confidence, 5).size() == 2);
  review.decide(answer_to(ann[0], "Ben"));
  CHECK_THROWS_WITH_AS(review.decide(answer_to(ann[0], "Ann")), doctest::Contains("not decided twice"), ReviewConflict);
  CHECK(review.run().decisions(ann[0].page).size() == 1);
}

TEST_CASE("review: an answer that is sent again is put down once") {
  const test::TemporaryFolder folder;
  Review review(make_run(folder / "run", 1));
  const ReviewTask task = review.next("Ann")[0];
  const Decision first = review.decide(answer_to(task, "Ann", DecisionKind::corrected, "7"));
  CHECK(review.decide(answer_to(task, "Ann", DecisionKind::corrected, "7")) == first);
  CHECK_THROWS_AS(review.decide(answer_to(task, "Ann", DecisionKind::corrected, "8")), ReviewConflict);
  CHECK(review.run().decisions(task.page).size() == 1);
}

TEST_CASE("review: an undo gives the field back, and survives a restart") {
  const test::TemporaryFolder folder;
  make_run(folder / "run", 2);
  std::vector<ReviewTask> tasks;
  {
    Review review(folder / "run");
    tasks = review.next("Ann", ReviewOrder::confidence, 2);
    review.decide(answer_to(tasks[0], "Ann", DecisionKind::corrected, "7"));
    review.decide(answer_to(tasks[1], "Ann", DecisionKind::corrected, "8"));
    CHECK_FALSE(review.undo("Ben").has_value());
    const auto again = review.undo("Ann");
    REQUIRE(again.has_value());
    CHECK(again->page == tasks[1].page);
    CHECK(again->text == tasks[1].text);
  }
  Review review(folder / "run");
  CHECK(page_of(review, tasks[1].page).fields[0].text == tasks[1].text);
  CHECK(page_of(review, tasks[1].page).fields[0].decided_by == "");
  CHECK(page_of(review, tasks[0].page).fields[0].text == "7");
  CHECK(review.progress().decided == 1);
  CHECK(review.undo("Ann")->page == tasks[0].page);
  CHECK_FALSE(review.undo("Ann").has_value());
  CHECK(review.run().decisions(tasks[0].page).size() == 2);  // nothing is ever taken out
}

TEST_CASE("review: a second typist sees no reading, and what differs is asked again") {
  const test::TemporaryFolder folder;
  make_run(folder / "run", 20);
  Review review(folder / "run", {.double_key = 1});
  CHECK(review.progress().sample == 40);
  while (true) {  // Ann accepts what is doubtful
    const std::vector<ReviewTask> tasks = review.next("Ann");
    if (tasks.empty() || tasks[0].turn != ReviewTurn::first) break;
    review.decide(answer_to(tasks[0], "Ann"));
  }
  review.leave("Ann");
  int keyed = 0;
  for (std::vector<ReviewTask> tasks; !(tasks = review.next("Ben")).empty() && tasks[0].turn == ReviewTurn::second;) {
    CHECK(tasks[0].text == "");
    CHECK(tasks[0].confidence == 0);
    CHECK_THROWS_AS(review.decide(answer_to(tasks[0], "Ben")), ValueError);  // there is nothing to accept
    const std::string read = tasks[0].field == "b" ? "20" : review.run().page(tasks[0].page).reading.fields[0].text;
    const bool slip = keyed++ % 10 == 3;
    review.decide(answer_to(tasks[0], "Ben", DecisionKind::second, slip ? "9" : read));
  }
  review.leave("Ben");
  ReviewProgress progress = review.progress();
  CHECK(progress.keyed >= 20);
  CHECK(progress.differed == progress.again);
  CHECK(progress.right.of == progress.keyed - progress.again);
  CHECK(progress.right.right == progress.right.of);
  // Half of those that differ: the first was right; the others: the second was.
  std::size_t wrong = 0, settled = 0;
  for (std::vector<ReviewTask> tasks; !(tasks = review.next("Cid")).empty() && tasks[0].turn == ReviewTurn::again;) {
    CHECK(tasks[0].second_text == "9");
    CHECK(tasks[0].text != "9");
    const bool first = settled++ % 2 == 0;
    wrong += first ? 0 : 1;
    review.decide(answer_to(tasks[0], "Cid", first ? DecisionKind::accepted : DecisionKind::corrected, "9"));
  }
  progress = review.progress();
  CHECK(settled == progress.differed);
  CHECK(progress.again == 0);
  CHECK(progress.right.of == progress.keyed);
  CHECK(progress.right.right == progress.keyed - wrong);
  CHECK(progress.right.low() < progress.right.value());
  CHECK(progress.accepted.size() == 3);
  std::size_t sampled = 0;
  for (const KnownField& known : review.known()) sampled += known.sampled ? 1 : 0;
  CHECK(sampled == progress.keyed);
}

TEST_CASE("review: the sample is the run's, of the share that was asked for, and not of another") {
  const test::TemporaryFolder folder;
  make_run(folder / "run", 1000);
  const std::size_t sample = Review(folder / "run", {.double_key = 0.1, .seed = 7}).progress().sample;
  CHECK(sample > 150);
  CHECK(sample < 250);
  CHECK(Review(folder / "run").progress().sample == sample);
  CHECK_THROWS_AS(Review(folder / "run", {.double_key = 0.2, .seed = 7}), ValueError);
  CHECK_THROWS_AS(Review(folder / "run", {.double_key = 0.1, .seed = 8}), ValueError);
}

TEST_CASE("review: pages that are added meanwhile, and what another process decides, are seen") {
  const test::TemporaryFolder folder;
  make_run(folder / "run", 1);
  Review mine(folder / "run"), other(folder / "run");
  const ReviewTask task = other.next("Ben")[0];
  CHECK(mine.next("Ann").empty());
  other.decide(answer_to(task, "Ben"));
  CHECK(mine.progress().decided == 1);
  CHECK_THROWS_AS(mine.decide(answer_to(task, "Ann")), ReviewConflict);
  {
    Run run(folder / "run", Run::Access::add);
    PageReading page{.file = "z.png", .form = "c1", .status = PageStatus::doubtful};
    page.fields = {reading_of("a", "3", 0.2)};
    run.add({.file = "z.png", .hash = "z"}, page);
  }
  CHECK(mine.next("Ann").size() == 1);
  CHECK(mine.progress().asked == 2);
  CHECK(mine.progress().decided == 1);
}

TEST_CASE("review: a run of the version before is taken up") {
  const test::TemporaryFolder folder;
  make_run(folder / "run", 1);
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((folder / "run" / "run.sqlite").c_str(), &database) == SQLITE_OK);
  for (const char* sql :
       {"DROP TABLE claim", "ALTER TABLE decision DROP COLUMN kind",
        "INSERT INTO decision (page, field, text, status, by, at) VALUES (1, 'a', '5', 'read', 'Old', '')",
        "PRAGMA user_version = 1"}) {
    CAPTURE(sqlite3_errmsg(database));
    CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  sqlite3_close(database);
  CHECK(Run(folder / "run", Run::Access::read).decisions(1).at(0).kind == DecisionKind::corrected);
  Review review(folder / "run");
  CHECK(review.progress().decided == 1);
  CHECK(review.undo("Old").has_value());
  CHECK(review.run().decisions(1).size() == 2);
}

TEST_CASE("review: two reviewers, processes killed at any moment, nothing lost and nothing decided twice") {
  const test::TemporaryFolder folder;
  constexpr int pages = 120;
  make_run(folder / "run", pages);
  // What a process was told to be on the disk it writes down, a line each.
  const auto work = [&](const std::string& name) {
    Review review(folder / "run", {.claim = 1});
    std::ofstream told(folder / name, std::ios::app);
    for (;;) {
      const std::vector<ReviewTask> tasks = review.next(name);
      if (tasks.empty()) break;
      try {
        const Decision decision = review.decide(answer_to(tasks[0], name));
        told << decision.id << std::endl;
      } catch (const ReviewConflict&) {
      }
    }
  };
  for (int kill_number = 0; kill_number < 12; ++kill_number) {
    std::vector<pid_t> children;
    for (const std::string name : {"Ann", "Ben"}) {
      const pid_t child = ::fork();
      if (child == 0) {
        try {
          work(name);
        } catch (...) {
          ::_exit(1);
        }
        ::_exit(0);
      }
      children.push_back(child);
    }
    ::usleep(static_cast<useconds_t>(8000 + 3000 * (kill_number % 5)));
    for (const pid_t child : children) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }
  Review review(folder / "run", {.claim = 1, .clock = [] { return std::int64_t{1} << 40; }});  // no claim holds
  for (std::vector<ReviewTask> tasks; !(tasks = review.next("Cid")).empty();) {
    review.decide(answer_to(tasks[0], "Cid"));
  }
  std::set<std::int64_t> ids;
  for (int page = 1; page <= pages; ++page) {
    const std::vector<Decision> decisions = review.run().decisions(page);
    CHECK(decisions.size() == 1);
    for (const Decision& decision : decisions) ids.insert(decision.id);
  }
  for (const char* name : {"Ann", "Ben"}) {
    std::ifstream told(folder / name);
    for (std::int64_t id = 0; told >> id;) CHECK(ids.contains(id));
  }
}

}  // namespace
