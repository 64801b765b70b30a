#include <inkling/core/error.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/run/run.hpp>
#include <inkling/form/run/sha256.hpp>
#include <inkling/form/template_file.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "temporary_folder.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

std::string hash_of(const std::string& text) {
  return sha256(std::as_bytes(std::span(text)));
}

PageReading reading_of(const std::string& file, int page, const std::string& text) {
  PageReading reading{.file = file, .page = page, .form = "c1", .edition = "2", .status = PageStatus::read};
  reading.registration = RegistrationQuality{.residual = 0.5, .coverage = 0.75};
  form::FieldReading field{.name = "votes",
                           .text = text,
                           .plain = "x",
                           .status = FieldStatus::read,
                           .confidence = 0.5,
                           .changed_by = "a = b"};
  field.cells = {
      {.candidates = {{"1", 0.75}, {"", 0.25}}, .status = CellStatus::read, .place = upright(1, 2, 3, 4), .ink = 0.125},
      {.place = {{{0, 0}, {5, 1}, {5, 6}, {0, 5}}}}};
  form::FieldReading table{.name = "table", .text = {}, .status = FieldStatus::doubtful, .reason = "why"};
  table.alternatives = {{"ab", 0.5}};
  table.rows = {{{.name = "c1", .text = "7", .status = FieldStatus::read, .confidence = 1}}, {}};
  reading.fields = {field, table};
  reading.rules = {{.rule = "a = b", .outcome = RuleOutcome::holds},
                   {.rule = "c", .outcome = RuleOutcome::unchecked, .reason = "cannot be checked: 'a' is empty"},
                   {.rule = "d", .outcome = RuleOutcome::broken, .reason = "1 is not 2"}};
  return reading;
}

PageKey key_of(const std::string& file, int page = 1, const std::string& content = "") {
  return {.file = file, .hash = hash_of(content.empty() ? file : content), .page = page};
}

FormTemplate form_of(const std::string& rule = "votes = 1") {
  return parse_template(R"({"inkling_form":1,"name":"c1","page":{"width":9,"height":9},"fields":[)"
                        R"({"name":"votes","kind":"digits","box":[0,0,9,9]}],"rules":[")" +
                        rule + "\"]}")
      .form;
}

std::vector<std::string> lines_of(const Run& run) {
  std::vector<std::string> lines;
  run.for_each_page([&](const StoredPage& page) { lines.push_back(reading_line(page.reading)); });
  return lines;
}

TEST_CASE("run: SHA-256 as the standard has it") {
  CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash_of(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("run: a line of JSON says all of a reading and is read back") {
  const PageReading reading = reading_of("a.png", 3, "12");
  const std::string line = reading_line(reading);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(parse_reading(line) == reading);
  PageReading refused{.file = "b\xff.png", .status = PageStatus::refused, .reason = "no form"};
  CHECK(parse_reading(reading_line(refused)).reason == "no form");
  for (std::size_t i = 0; i < line.size(); ++i) CHECK_THROWS_AS(parse_reading(line.substr(0, i)), FormatError);
  CHECK_THROWS_AS(parse_reading(R"({"file":"a","page":1,"status":"good","fields":{},"rules":[]})"), FormatError);
  CHECK_THROWS_AS(parse_reading(R"({"file":1,"page":1,"status":"read","fields":{},"rules":[]})"), FormatError);
}

TEST_CASE("run: what was added is there when it is opened again, in the order of files") {
  const test::TemporaryFolder folder;
  {
    Run run(folder / "run", Run::Access::add);
    run.add_template(form_of());
    run.set_origin("model", "m1");
    run.add(key_of("b.png"), reading_of("b.png", 1, "2"), "pages/b.jpg");
    run.add(key_of("a.png", 2), reading_of("a.png", 2, "1"));
    run.add(key_of("a.png", 1), reading_of("a.png", 1, "0"));
    CHECK_THROWS_AS(run.add(key_of("a.png", 1), reading_of("a.png", 1, "0")), ValueError);
  }
  Run run(folder / "run", Run::Access::read);
  CHECK(run.counts().pages == 3);
  CHECK(run.counts().read == 3);
  CHECK(run.templates() == std::vector{form_of()});
  CHECK(run.origin("model") == "m1");
  CHECK(run.has(key_of("a.png", 2)));
  CHECK_FALSE(run.has(key_of("a.png", 3)));
  CHECK(lines_of(run) == std::vector{reading_line(reading_of("a.png", 1, "0")),
                                     reading_line(reading_of("a.png", 2, "1")),
                                     reading_line(reading_of("b.png", 1, "2"))});
  CHECK_THROWS_AS(run.add(key_of("c.png"), reading_of("c.png", 1, "2")), FileError);  // opened to read
}

TEST_CASE("run: a name may stand for two contents, and a content under two names is told") {
  const test::TemporaryFolder folder;
  Run run(folder / "run", Run::Access::add);
  run.add(key_of("a/report.pdf", 1, "one"), reading_of("a/report.pdf", 1, "1"));
  CHECK_FALSE(run.has(key_of("b/report.pdf", 1, "two")));
  CHECK_FALSE(run.twin(key_of("b/report.pdf", 1, "two")).has_value());
  CHECK(run.twin(key_of("b/report.pdf", 1, "one"))->key.file == "a/report.pdf");
  run.add(key_of("b/report.pdf", 1, "two"), reading_of("b/report.pdf", 1, "2"));
  run.add(key_of("c.pdf", 1, "one"), reading_of("c.pdf", 1, "1"), "", "a/report.pdf");
  CHECK(run.counts().pages == 3);
}

TEST_CASE("run: one process adds, others wait outside") {
  const test::TemporaryFolder folder;
  const Run run(folder / "run", Run::Access::add);
  CHECK_THROWS_WITH_AS(Run(folder / "run", Run::Access::add),
                       doctest::Contains("another process adds pages to this run"), FileError);
  CHECK(Run(folder / "run", Run::Access::read).counts().pages == 0);
  CHECK_THROWS_WITH_AS(Run(folder / "none", Run::Access::read), doctest::Contains("is no run"), FileError);
  std::ofstream(folder / "file") << "x";
  CHECK_THROWS_AS(Run(folder / "file", Run::Access::add), FileError);
}

TEST_CASE("run: templates and models are not mixed") {
  const test::TemporaryFolder folder;
  Run run(folder / "run", Run::Access::add);
  run.add_template(form_of());
  run.add_template(form_of());
  CHECK_THROWS_WITH_AS(run.add_template(form_of("votes = 2")), doctest::Contains("another template of the name 'c1'"),
                       ValueError);
  run.set_origin("model", "a");
  run.set_origin("model", "a");
  CHECK_THROWS_AS(run.set_origin("model", "b"), ValueError);
}

TEST_CASE("run: a decision changes its own field alone, and rules are checked again") {
  const test::TemporaryFolder folder;
  Run run(folder / "run", Run::Access::add);
  const std::int64_t id = run.add(key_of("a.png"), reading_of("a.png", 1, "2"));
  run.add(Decision{.page = id, .field = "votes", .text = "3", .by = "Ann", .at = "2026-11-29T10:00:00Z"});
  run.add(Decision{.page = id, .field = "votes", .text = "1", .by = "Ben", .at = "2026-11-29T11:00:00Z"});
  CHECK_THROWS_AS(run.add(Decision{.page = id, .field = "none", .text = "1", .by = {}, .at = {}}), ValueError);
  CHECK_THROWS_AS(run.add(Decision{.page = id + 1, .field = "votes", .text = "1", .by = {}, .at = {}}), ValueError);
  const std::vector<Decision> decisions = run.decisions(id);
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[1].by == "Ben");
  const PageReading before = reading_of("a.png", 1, "2");
  const FormTemplate form = form_of();
  const PageReading after = decided(before, decisions, &form);
  CHECK(after.fields[0].text == "1");
  CHECK(after.fields[0].confidence == 1);
  CHECK(after.fields[0].plain == "x");
  CHECK(after.fields[1] == before.fields[1]);
  REQUIRE(after.rules.size() == 1);
  CHECK(after.rules[0].outcome == RuleOutcome::holds);
  run.for_each_page([&](const StoredPage& page) { CHECK(page.reading == before); });  // what was read stays
}

TEST_CASE("run: shards become one, and what is there stays") {
  const test::TemporaryFolder folder;
  Run whole(folder / "whole", Run::Access::add);
  whole.add(key_of("a.png"), reading_of("a.png", 1, "1"));
  {
    Run shard(folder / "shard", Run::Access::add);
    shard.add_template(form_of());
    shard.add(key_of("a.png"), reading_of("a.png", 1, "other"));
    const std::int64_t id = shard.add(key_of("b.png"), reading_of("b.png", 1, "2"), "pages/b.jpg");
    shard.add(Decision{.page = id, .field = "votes", .text = "1", .by = "Ben", .at = {}});
    std::filesystem::create_directories(folder / "shard" / "pages");
    std::ofstream(folder / "shard" / "pages" / "b.jpg") << "picture";
  }
  const Run shard(folder / "shard", Run::Access::read);
  CHECK(whole.merge(shard) == 1);
  CHECK(whole.merge(shard) == 0);
  CHECK(lines_of(whole) ==
        std::vector{reading_line(reading_of("a.png", 1, "1")), reading_line(reading_of("b.png", 1, "2"))});
  CHECK(std::filesystem::exists(folder / "whole" / "pages" / "b.jpg"));
  whole.for_each_page(
      [&](const StoredPage& page) { CHECK(whole.decisions(page.id).size() == (page.key.file == "b.png" ? 1U : 0U)); });
}

TEST_CASE("run: killed at any moment, it is taken up again and ends like one that was not") {
  const test::TemporaryFolder folder;
  constexpr int pages = 60;
  const auto work = [&](const std::filesystem::path& at, bool announce) {
    Run run(at, Run::Access::add);
    for (int i = 0; i < pages; ++i) {
      const std::string file = std::to_string(100 + i) + ".png";
      if (!run.has(key_of(file))) run.add(key_of(file), reading_of(file, 1, std::to_string(i)));
      if (announce) std::ofstream(folder / "step") << i;
    }
  };
  work(folder / "clean", false);
  for (int kill_number = 0; kill_number < 20; ++kill_number) {
    const pid_t child = ::fork();
    if (child == 0) {
      work(folder / "killed", false);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(1500 * (kill_number % 7)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  work(folder / "killed", false);
  const Run clean(folder / "clean", Run::Access::read);
  const Run killed(folder / "killed", Run::Access::read);
  CHECK(killed.counts().pages == pages);
  CHECK(lines_of(killed) == lines_of(clean));
}

TEST_CASE("run: a database that is none, or of another version, is said to be") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "run");
  std::ofstream(folder / "run/run.sqlite") << "this is no database, though it is long enough to be looked at";
  CHECK_THROWS_WITH_AS(Run(folder / "run", Run::Access::read), doctest::Contains("run.sqlite"), FileError);
  CHECK_THROWS_AS(Run(folder / "run", Run::Access::add), FileError);
  std::filesystem::create_directory(folder / "empty");
  std::ofstream(folder / "empty/run.sqlite") << "";
  CHECK_THROWS_WITH_AS(Run(folder / "empty", Run::Access::read), doctest::Contains("got version 0"), FormatError);
}

}  // namespace
