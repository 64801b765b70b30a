// Opens /dev/null for each standard descriptor that the program was started without. The next file or socket would get
// its number, and a line for stderr would end up in a model's file or in a client's answer.

#include <fcntl.h>
#include <unistd.h>

namespace inkling::cpu_check {
namespace {

[[gnu::constructor(102)]] void open_standard_descriptors() {  // before anything of the program opens a file
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // open() takes the lowest free number, which is this one.
    [[maybe_unused]] const int opened = open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace
}  // namespace inkling::cpu_check
