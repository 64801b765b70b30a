#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/rules/detail/regular_expression.hpp>
#include <inkling/form/rules/expression.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

struct Token {
  enum class Kind { name, number, text, pattern, mark, end };
  Kind kind = Kind::end;
  std::string text = {};
  std::size_t at = 0;  // character of the rule, from 0
};

inline bool begins_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80U;
}

/// A rule in tokens. A name is a word, or anything in brackets: [1] is the field of the name 1.
class RuleTokens {
 public:
  explicit RuleTokens(std::string_view rule) : rule_(rule) {
    while (true) {
      tokens.push_back(next());
      if (tokens.back().kind == Token::Kind::end) return;
    }
  }

  std::vector<Token> tokens;

 private:
  [[noreturn]] void fail(const std::string& what, std::size_t at) const {
    throw FormatError("'" + std::string(rule_) + "': " + what + " at character " + std::to_string(at + 1));
  }
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  Token next() {
    while (at_ < rule_.size() && (rule_[at_] == ' ' || rule_[at_] == '\t' || rule_[at_] == '\n')) ++at_;
    const std::size_t start = at_;
    if (at_ == rule_.size()) return {.kind = Token::Kind::end, .at = start};
    const char c = rule_[at_];
    if (begins_name(c)) {
      while (at_ < rule_.size() && (begins_name(rule_[at_]) || is_digit(rule_[at_]))) ++at_;
      return {Token::Kind::name, std::string(rule_.substr(start, at_ - start)), start};
    }
    if (is_digit(c)) return number(start);
    if (c == '[') return {Token::Kind::name, enclosed(']', start), start};
    if (c == '"' || c == '\'') return {Token::Kind::text, enclosed(c, start), start};
    const bool awaits_pattern = !tokens.empty() && tokens.back().text == "matches";
    if (c == '/' && awaits_pattern) return {Token::Kind::pattern, enclosed('/', start), start};
    for (const std::string_view two : {"<=", ">=", "!=", "<>", "==", ".."}) {
      if (rule_.substr(at_, 2) != two) continue;
      at_ += 2;
      return {Token::Kind::mark, std::string(two), start};
    }
    if (std::string_view("+-*/=<>(){},%").find(c) == std::string_view::npos) {
      fail(std::string("'") + c + "' is no part of the language,", start);
    }
    ++at_;
    return {Token::Kind::mark, std::string(1, c), start};
  }

  Token number(std::size_t start) {
    while (at_ < rule_.size() && is_digit(rule_[at_])) ++at_;
    if (at_ + 1 < rule_.size() && rule_[at_] == '.' && is_digit(rule_[at_ + 1])) {  // not the .. of a range
      ++at_;
      while (at_ < rule_.size() && is_digit(rule_[at_])) ++at_;
    }
    if (at_ < rule_.size() && begins_name(rule_[at_])) {
      fail("a name that begins with a digit is written in brackets, such as [" +
               std::string(rule_.substr(start, at_ + 1 - start)) + "],",
           start);
    }
    return {Token::Kind::number, std::string(rule_.substr(start, at_ - start)), start};
  }

  /// The text up to `end`; in a pattern \/ is a /.
  std::string enclosed(char end, std::size_t start) {
    std::string text;
    for (++at_; at_ < rule_.size() && rule_[at_] != end; ++at_) {
      if (end == '/' && rule_[at_] == '\\' && at_ + 1 < rule_.size()) {
        if (rule_[at_ + 1] != '/') text += '\\';
        ++at_;
      }
      text += rule_[at_];
    }
    if (at_ == rule_.size()) fail(std::string("expected a closing ") + end + " for what begins", start);
    ++at_;
    return text;
  }

  std::string_view rule_;
  std::size_t at_ = 0;
};

/// Recursive descent:
///
///     rule       = disjunct ["if" … "then" …]
///     disjunct   = conjunct {"or" conjunct}        conjunct = negation {"and" negation}     negation = ["not"]
///     comparison comparison = sum {("=" | "!=" | "<" | "<=" | ">" | ">=") sum} ["within" number ["%"]]
///                | sum "in" ("{" literal {"," literal} "}" | number ".." number) | sum "matches" /…/ | check "(" … ")"
///     sum        = product {("+" | "-") product}   product = factor {("*" | "/") factor}
///     factor     = ["-"] (number | text | field | function "(" … ")" | "(" rule ")")
class RuleParser {
 public:
  RuleParser(std::string_view text, const std::vector<std::string>& known)
      : rule_{.text = std::string(text), .root = {}, .fields = {}}, known_(known), tokens_(RuleTokens(text).tokens) {}

  ParsedRule parse() {
    rule_.root = disjunction();
    if (!at_end()) fail("the end of the rule");
    if (!is_truth(rule_.root)) fail_with("expected a comparison, such as a + b = c, and found only a value");
    return std::move(rule_);
  }

 private:
  using Kind = Expression::Kind;

  const Token& token() const { return tokens_[at_]; }
  bool at_end() const { return token().kind == Token::Kind::end; }
  bool is(std::string_view text) const {
    return token().text == text && (token().kind == Token::Kind::mark || token().kind == Token::Kind::name);
  }
  bool take(std::string_view text) {
    if (!is(text)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view text) {
    if (!take(text)) fail(std::string(text));
  }
  [[noreturn]] void fail_with(const std::string& what) const { throw FormatError("'" + rule_.text + "': " + what); }
  [[noreturn]] void fail(const std::string& expected) const {
    const std::string got =
        at_end() ? "the end" : "'" + token().text + "' at character " + std::to_string(token().at + 1);
    fail_with("expected " + expected + ", got " + got);
  }

  static bool is_truth(const Expression& expression) { return expression.kind >= Kind::equal; }
  Expression truth(Expression expression) const {
    if (!is_truth(expression)) fail("a comparison");
    return expression;
  }
  Expression value(Expression expression) const {
    if (is_truth(expression)) fail_with("a comparison cannot be calculated with");
    return expression;
  }
  static Expression make(Kind kind, std::vector<Expression> arguments) {
    Expression expression{.kind = kind};
    expression.arguments = std::move(arguments);
    return expression;
  }

  /// Parentheses and functions recurse; a rule from a stranger must not exhaust the stack.
  struct Depth {
    explicit Depth(RuleParser& parser) : depth(parser.depth_) {
      if (++depth > 200) parser.fail_with("is nested too deeply");
    }
    ~Depth() { --depth; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    int& depth;
  };

  Expression disjunction() {
    const Depth depth(*this);
    if (take("if")) {
      Expression condition = truth(disjunction());
      expect("then");
      Expression consequence = truth(disjunction());
      return make(Kind::implies, {std::move(condition), std::move(consequence)});
    }
    Expression left = conjunction();
    while (take("or")) {
      Expression right = truth(conjunction());
      left = make(Kind::either, {truth(std::move(left)), std::move(right)});
    }
    return left;
  }

  Expression conjunction() {
    Expression left = negation();
    while (take("and")) {
      Expression right = truth(negation());
      left = make(Kind::both, {truth(std::move(left)), std::move(right)});
    }
    return left;
  }

  Expression negation() {
    const Depth depth(*this);
    if (take("not")) return make(Kind::no, {truth(negation())});
    return comparison();
  }

  Expression comparison() {
    Expression left = sum();
    if (is_truth(left)) return left;
    if (take("in")) return membership(std::move(left));
    if (take("matches")) return pattern(std::move(left));
    std::vector<Expression> parts;  // of a chain such as 1 <= a <= b
    for (std::string mark = comparison_mark(); !mark.empty(); mark = comparison_mark()) {
      Expression right = value(sum());
      parts.push_back(compared(mark, left, right));
      left = std::move(right);
    }
    if (parts.empty()) return left;
    if (take("within")) tolerance(parts);
    Expression whole = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) whole = make(Kind::both, {std::move(whole), std::move(parts[i])});
    return whole;
  }

  std::string comparison_mark() {
    for (const std::string_view mark : {"=", "==", "!=", "<>", "<=", ">=", "<", ">"}) {
      if (take(mark)) return std::string(mark);
    }
    return "";
  }

  static Expression compared(const std::string& mark, const Expression& left, const Expression& right) {
    if (mark == "=" || mark == "==") return make(Kind::equal, {left, right});
    if (mark == "!=" || mark == "<>") return make(Kind::unequal, {left, right});
    if (mark == "<") return make(Kind::less, {left, right});
    if (mark == "<=") return make(Kind::at_most, {left, right});
    if (mark == ">") return make(Kind::less, {right, left});
    return make(Kind::at_most, {right, left});
  }

  void tolerance(std::vector<Expression>& parts) {
    const double number = literal_number("a number after within");
    const bool percent = take("%");
    for (Expression& part : parts) {
      if (part.kind != Kind::equal) fail_with("within belongs to =, and to nothing else");
      part.number = percent ? number / 100 : number;
      part.percent = percent;
    }
  }

  double literal_number(const std::string& expected) {
    const bool negative = take("-");
    if (token().kind != Token::Kind::number) fail(expected);
    const double number = std::strtod(token().text.c_str(), nullptr);
    ++at_;
    return negative ? -number : number;
  }

  Expression membership(Expression left) {
    if (take("{")) {
      Expression set = make(Kind::in_set, {std::move(left)});
      do {
        set.arguments.push_back(set_member());
      } while (take(","));
      expect("}");
      return set;
    }
    Expression range = make(Kind::in_range, {std::move(left)});
    for (int i = 0; i < 2; ++i) {
      if (i == 1) expect("..");
      Expression end{.kind = Kind::number};
      end.text = token().text;
      end.number = literal_number("{ or a range such as 0..10");
      range.arguments.push_back(std::move(end));
    }
    return range;
  }

  /// A number, or a text with or without quotes: {1, 2}, {A, B}, {"B+", "007"}.
  Expression set_member() {
    if (token().kind == Token::Kind::name || token().kind == Token::Kind::text) {
      Expression member{.kind = Kind::text};
      member.text = token().text;
      ++at_;
      return member;
    }
    Expression member{.kind = Kind::number};
    member.text = token().text;
    member.number = literal_number("a number or a text of the set");
    return member;
  }

  Expression pattern(Expression left) {
    if (token().kind != Token::Kind::pattern) fail("a regular expression between / and /");
    Expression matches = make(Kind::matches, {std::move(left)});
    matches.text = token().text;
    try {
      matches.pattern = std::make_shared<const RegularExpression>(
          RegularExpression{std::regex(token().text, std::regex::ECMAScript | std::regex::optimize)});
    } catch (const std::regex_error& error) {
      fail_with("/" + token().text + "/ is no regular expression: " + error.what());
    }
    ++at_;
    return matches;
  }

  Expression sum() {
    Expression left = product();
    while (is("+") || is("-")) {
      const Kind kind = take("+") ? Kind::add : (take("-"), Kind::subtract);
      Expression right = value(product());
      left = make(kind, {value(std::move(left)), std::move(right)});
    }
    return left;
  }

  Expression product() {
    Expression left = factor();
    while (is("*") || is("/")) {
      const Kind kind = take("*") ? Kind::multiply : (take("/"), Kind::divide);
      Expression right = value(factor());
      left = make(kind, {value(std::move(left)), std::move(right)});
    }
    return left;
  }

  Expression factor() {
    const Depth depth(*this);
    if (take("-")) return make(Kind::negate, {value(factor())});
    if (take("(")) {
      Expression inside = disjunction();
      expect(")");
      return inside;
    }
    if (token().kind == Token::Kind::number) {
      Expression number{.kind = Kind::number};
      number.text = token().text;
      number.number = literal_number("a number");
      return number;
    }
    if (token().kind == Token::Kind::text) {
      Expression text{.kind = Kind::text};
      text.text = token().text;
      ++at_;
      return text;
    }
    if (token().kind != Token::Kind::name) fail("a field, a number or (");
    const std::string name = token().text;
    ++at_;
    return is("(") ? function(name) : field(name);
  }

  Expression field(const std::string& name) {
    Expression expression{.kind = Kind::field};
    const auto found = std::find(rule_.fields.begin(), rule_.fields.end(), name);
    expression.field = static_cast<std::size_t>(found - rule_.fields.begin());
    if (found == rule_.fields.end()) rule_.fields.push_back(name);
    return expression;
  }

  struct Function {
    std::string_view name;
    Kind kind;
    std::size_t least;  // arguments
    std::size_t most;
  };
  static constexpr std::size_t any = 10000;
  static constexpr std::array<Function, 13> functions{{{"sum", Kind::sum, 1, any},
                                                       {"min", Kind::minimum, 1, any},
                                                       {"max", Kind::maximum, 1, any},
                                                       {"count", Kind::count, 1, any},
                                                       {"abs", Kind::absolute, 1, 1},
                                                       {"length", Kind::length, 1, 1},
                                                       {"default", Kind::fallback, 2, 2},
                                                       {"luhn", Kind::luhn, 1, 1},
                                                       {"isbn", Kind::isbn, 1, 1},
                                                       {"iban", Kind::iban, 1, 1},
                                                       {"verhoeff", Kind::verhoeff, 1, 1},
                                                       {"date", Kind::date, 1, 1},
                                                       {"not", Kind::no, 1, 1}}};

  Expression function(const std::string& name) {
    const auto found =
        std::find_if(functions.begin(), functions.end(), [&](const Function& entry) { return entry.name == name; });
    if (found == functions.end()) {
      std::vector<std::string> names;
      for (const Function& entry : functions) names.emplace_back(entry.name);
      fail_with("there is no function '" + name + "'" + did_you_mean(name, names));
    }
    expect("(");
    Expression call = make(found->kind, {});
    do {
      argument(call.arguments);
    } while (take(","));
    expect(")");
    if (call.arguments.size() < found->least || call.arguments.size() > found->most) {
      fail_with(name + " takes " + std::to_string(found->least) + (found->most == any ? " or more" : "") +
                " arguments, got " + std::to_string(call.arguments.size()));
    }
    return call;
  }

  /// A value, or a range of fields in the order of the template: votes01..votes12.
  void argument(std::vector<Expression>& arguments) {
    const bool range = token().kind == Token::Kind::name && at_ + 2 < tokens_.size() && tokens_[at_ + 1].text == ".." &&
                       tokens_[at_ + 2].kind == Token::Kind::name;
    if (!range) {
      arguments.push_back(value(sum()));
      return;
    }
    const std::string first = token().text;
    const std::string last = tokens_[at_ + 2].text;
    at_ += 3;
    const auto from = std::find(known_.begin(), known_.end(), first);
    const auto to = std::find(known_.begin(), known_.end(), last);
    if (from == known_.end()) fail_with("there is no field '" + first + "'" + did_you_mean(first, known_));
    if (to == known_.end()) fail_with("there is no field '" + last + "'" + did_you_mean(last, known_));
    if (to < from) fail_with("'" + last + "' comes before '" + first + "' in the template");
    for (auto name = from; name <= to; ++name) arguments.push_back(field(*name));
  }

  ParsedRule rule_;
  const std::vector<std::string>& known_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace inkling::inline INKLING_ABI::form::detail
