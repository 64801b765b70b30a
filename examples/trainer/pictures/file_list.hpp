#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What stands for the standard input among the names of pictures.
inline constexpr std::string_view standard_input = "-";

/// Endings of the names of files, in small letters.
extern const std::span<const std::string_view> page_endings;     // pictures of one or several pages, and PDF
extern const std::span<const std::string_view> picture_endings;  // of one picture

/// The files that arguments stand for, in their order: a folder stands for those in it and below with one of the
/// endings, sorted by name. `list` holds further names, a line each; "-" is the standard input; empty: none. A name
/// that does not exist and a folder without such files stay in, to be reported like any other file that cannot be read.
std::vector<std::string> list_files(const std::vector<std::string>& arguments, const std::string& list,
                                    std::span<const std::string_view> endings);

/// Each name where it stands first.
std::vector<std::string> without_repeats(std::vector<std::string> names);

/// One of n parts of a list: the files whose place, from 0, leaves i - 1 when divided by n.
struct Shard {
  std::size_t i = 1;
  std::size_t n = 1;

  bool operator==(const Shard&) const = default;

  /// "2/5". Throws UsageError for anything else.
  static Shard parse(const std::string& text);

  /// What was asked for, else what the scheduler that started this process says of it: the array task of Slurm, the
  /// index of a Kubernetes job (whose JOB_COMPLETIONS has to be set by hand, as Kubernetes does not), the rank of Open
  /// MPI; it is then told on stderr. Else all. Throws UsageError for what makes no sense.
  static Shard asked_or_scheduled(const std::string& text);

  std::vector<std::string> of(std::vector<std::string> files) const;
};
