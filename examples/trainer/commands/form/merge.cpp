#include <inkling/form/run/run.hpp>

#include <CLI/Option.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "commands/form/form_commands.hpp"

namespace {

using namespace inkling::form;

struct MergeCommand {
  std::string out;
  std::vector<std::string> runs;
};

void merge_runs(const MergeCommand& command) {
  Run whole(command.out, Run::Access::add);
  for (const std::string& folder : command.runs) {
    const Run part(folder, Run::Access::read);
    const std::size_t added = whole.merge(part);
    std::cout << folder << ": " << part.counts().pages << " pages, " << added << " of them new" << std::endl;
  }
  std::cout << command.out << ": " << whole.counts().pages << " pages" << std::endl;
}

}  // namespace

void add_form_merge(CLI::App& form) {
  const auto options = std::make_shared<MergeCommand>();
  CLI::App& command = *form.add_subcommand("merge", "make one run of several, such as shards");
  command.add_option("--out", options->out, "folder of the run that takes the others in")->required()->type_name("RUN");
  command.add_option("runs", options->runs, "folders of the runs")->required()->type_name("RUN");
  command.callback([options] { merge_runs(*options); });
}
