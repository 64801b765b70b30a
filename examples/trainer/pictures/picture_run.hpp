#pragma once

#include <inkling/picture/grey_image.hpp>

#include <CLI/App.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Which pictures a command looks at, on how many threads, and where what it sees is written.
struct PictureRunOptions {
  std::vector<std::string> pictures;  // files and folders; - is the standard input
  std::string list;                   // a file of further names; empty: none
  std::string shard;                  // i/n; empty: as a scheduler says
  std::filesystem::path out;          // folder of the rows; empty: they are printed
  bool resume = false;
  bool keep_going = false;
  int threads = 0;

  void check() const;  // throws UsageError for options that do not go together
};

void add_picture_run_options(CLI::App& command, PictureRunOptions& options);

/// A picture, and what its row begins with.
struct RunPicture {
  std::string path;
  std::string sha256;  // of the file; empty where rows are printed
  inkling::GreyImage image;
};

struct Row {
  std::string text;          // one line, without its end
  std::string warning = {};  // for stderr; empty: none
};

/// Makes the row of one picture. Called on several threads at once.
using MakeRow = std::function<Row(const RunPicture& picture)>;

/// Makes the rows of some pictures together. Of each it keeps what it needs, which is less than the picture.
class RowMaker {
 public:
  virtual ~RowMaker() = default;
  /// Looks at the next picture. When it throws, there is no row for it.
  virtual void look_at(const RunPicture& picture) = 0;
  /// The rows of those that it looked at.
  virtual std::vector<Row> rows() = 0;
};

/// Makes a maker for the next pictures. Called on several threads at once.
using StartRows = std::function<std::unique_ptr<RowMaker>()>;

/// Looks at all pictures, many at once, and writes their rows in the pictures' order. What is thrown about one picture
/// is said on stderr, and the others still have their turn; the command then ends with status 1.
///
/// With `out`, the rows are appended to OUT/part-i.jsonl, those of pictures that failed as {"path","sha256","error"},
/// and status 3 tells that there are such, unless keep_going. Killed at any moment, it resumes: pictures that have a
/// row are not looked at again. Throws UsageError for options that do not go together and for rows that are there
/// already, inkling::FileError when rows cannot be written or another process writes them, Interrupted after Ctrl-C.
void run_pictures(const PictureRunOptions& options, const MakeRow& make_row);

/// The same with the rows of up to `together` pictures made together, on one thread: of fewer where there would be too
/// few parts for all threads.
void run_pictures(const PictureRunOptions& options, std::size_t together, const StartRows& start);
