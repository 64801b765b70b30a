#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/launched_processes.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iterator>
#include <mpi.h>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The ranks of an MPI program (Open MPI, MPICH), one a process. The target inkling::mpi, of
/// find_package(inkling COMPONENTS mpi), brings MPI; nothing else in the library knows of it.
///
///     MpiRanks ranks;
///     const auto model = train_model(ModelKind::cnn, data, {.ranks = &ranks});
///     if (ranks.rank() == 0) save_model(*model.model, "cnn.safetensors");
///
/// It adds nothing by collectives of MPI, for MPI_Allreduce adds in an order that depends on the number of ranks.
///
/// It finalises MPI at its end, if it initialised it, but not while an exception is on its way: the other ranks would
/// not know, and wait. Let the exception end the program with a status other than 0; the launcher then ends the others.
class MpiRanks final : public Collective {
 public:
  /// All processes of MPI_COMM_WORLD. Throws Error when MPI cannot be used, or sees fewer processes than the launcher
  /// has started, which is that of another MPI then.
  MpiRanks() {
    int initialised = 0;
    check(MPI_Initialized(&initialised), "MPI_Initialized");
    if (initialised == 0) {
      int provided = MPI_THREAD_SINGLE;
      check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
      finalises_ = true;
      if (provided < MPI_THREAD_FUNNELED) throw Error("MPI: expected one that allows threads (MPI_THREAD_FUNNELED)");
    }
    check(MPI_Comm_dup(MPI_COMM_WORLD, &world_), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(world_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_rank(world_, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(world_, &size_), "MPI_Comm_size");
    if (const int launched = launched_processes(); launched > size_) {
      throw Error("MPI: the launcher has started " + std::to_string(launched) + " processes, but this one sees " +
                  std::to_string(size_) + ": it belongs to another MPI than this program was built with");
    }
    share_counter();
  }

  ~MpiRanks() override {
    if (std::uncaught_exceptions() > exceptions_) return;
    if (window_ != MPI_WIN_NULL) MPI_Win_free(&window_);
    MPI_Comm_free(&machine_);
    MPI_Comm_free(&world_);
    if (finalises_) MPI_Finalize();
  }

  int rank() const noexcept override { return rank_; }
  int size() const noexcept override { return size_; }

  void exchange(const std::vector<ConstBlock>& send, const std::vector<Block>& receive) override {
    std::vector<int> expected;  // bytes of each message that comes in
    std::vector<MPI_Request> requests;
    for (int step = 1; step < size_; ++step) {  // all begin with another, so that nobody is asked by all at once
      const int from = (rank_ - step + size_) % size_;
      const Block block = receive[static_cast<std::size_t>(from)];
      for (std::size_t at = 0; at < block.size; at += most) {
        expected.push_back(length(block.size - at));
        check(MPI_Irecv(static_cast<char*>(block.data) + at, expected.back(), MPI_BYTE, from, 0, world_,
                        &requests.emplace_back()),
              "MPI_Irecv");
      }
    }
    for (int step = 1; step < size_; ++step) {
      const int to = (rank_ + step) % size_;
      const ConstBlock block = send[static_cast<std::size_t>(to)];
      for (std::size_t at = 0; at < block.size; at += most) {
        check(MPI_Isend(static_cast<const char*>(block.data) + at, length(block.size - at), MPI_BYTE, to, 0, world_,
                        &requests.emplace_back()),
              "MPI_Isend");
      }
    }
    const auto start = Clock::now();
    for (std::size_t m = 0; m < requests.size(); ++m) {
      const MPI_Status status = wait_for(requests[m], start);
      if (m < expected.size()) check_size(status, expected[m]);
    }
  }

  /// Ranks on one machine get those of their numbers that come next.
  void start_dealing() override {
    barrier();  // nobody deals any more
    if (rank_ == neighbours_.front()) counter_->store(0);
    barrier();
  }

  std::ptrdiff_t deal() override {
    const std::ptrdiff_t count = counter_->fetch_add(1);
    const std::ptrdiff_t here = std::ssize(neighbours_);
    return count / here * size_ + neighbours_[static_cast<std::size_t>(count % here)];
  }

 private:
  using Counter = std::atomic<std::ptrdiff_t>;
  static_assert(Counter::is_always_lock_free);  // so that processes can share it
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t most = std::size_t{1} << 30;  // bytes of a message: MPI counts them in an int
  static int length(std::size_t bytes) noexcept { return static_cast<int>(std::min(bytes, most)); }

  static void check(int code, const char* what) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int size = 0;
    MPI_Error_string(code, text, &size);
    throw Error(std::string("MPI: ") + what + ": " + text);
  }

  static void check_size(const MPI_Status& received, int expected) {
    int size = 0;
    check(MPI_Get_count(&received, MPI_BYTE, &size), "MPI_Get_count");
    if (size == expected) return;
    throw Error("MPI: expected " + std::to_string(expected) + " bytes, got " + std::to_string(size));
  }

  /// MPI_Wait may keep a core busy that another rank, or a thread of ours, could use. start: of the exchange.
  static MPI_Status wait_for(MPI_Request& request, Clock::time_point start) {
    MPI_Status status{};
    for (int done = 0;;) {
      check(MPI_Test(&request, &done, &status), "MPI_Test");
      if (done != 0) return status;
      if (Clock::now() - start < std::chrono::milliseconds(1)) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    }
  }

  /// Finds the ranks of this machine, and puts a counter into memory that they share. Where there is none, each counts
  /// alone.
  void share_counter() {
    check(MPI_Comm_split_type(world_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine_), "MPI_Comm_split_type");
    int place = 0;  // among them
    int here = 0;
    check(MPI_Comm_rank(machine_, &place), "MPI_Comm_rank");
    check(MPI_Comm_size(machine_, &here), "MPI_Comm_size");
    neighbours_.resize(static_cast<std::size_t>(here));
    check(MPI_Allgather(&rank_, 1, MPI_INT, neighbours_.data(), 1, MPI_INT, machine_), "MPI_Allgather");
    void* memory = nullptr;
    MPI_Aint bytes = 0;
    int unit = 0;
    const int shared = MPI_Win_allocate_shared(place == 0 ? sizeof(Counter) : 0, 1, MPI_INFO_NULL, machine_, &memory,
                                               &window_) == MPI_SUCCESS &&
                               MPI_Win_shared_query(window_, 0, &bytes, &unit, &memory) == MPI_SUCCESS
                           ? 1
                           : 0;
    int all_share = 0;
    check(MPI_Allreduce(&shared, &all_share, 1, MPI_INT, MPI_MIN, machine_), "MPI_Allreduce");
    if (all_share == 0) {
      neighbours_.assign(1, rank_);
      return;
    }
    counter_ = place == 0 ? new (memory) Counter(0) : std::launder(static_cast<Counter*>(memory));
  }

  MPI_Comm world_ = MPI_COMM_NULL;
  MPI_Comm machine_ = MPI_COMM_NULL;  // the ranks that share memory with this one
  std::vector<int> neighbours_;       // their numbers, ascending, and its own
  MPI_Win window_ = MPI_WIN_NULL;
  Counter own_{0};
  Counter* counter_ = &own_;  // or in the window
  int rank_ = 0;
  int size_ = 1;
  bool finalises_ = false;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace inkling::inline INKLING_ABI
