#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

/// Ranks that are threads of this process, so that training together is tested without MPI.
class ThreadRanks {
 public:
  explicit ThreadRanks(int size) : send_(static_cast<std::size_t>(size)) {}

  /// Calls body(ranks, rank) on a thread for each rank. When one throws, those that wait for it throw, too; rethrows
  /// the exception that was first.
  template <typename Body>
  void run(const Body& body) {
    std::vector<std::thread> threads;
    for (int r = 0; r < static_cast<int>(send_.size()); ++r) {
      threads.emplace_back([this, r, &body] {
        Rank rank(*this, r);
        try {
          body(static_cast<inkling::Collective&>(rank), r);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!error_) error_ = std::current_exception();
          changed_.notify_all();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
  }

  std::size_t bytes_sent() const noexcept { return bytes_sent_; }  // by all ranks

 private:
  class Rank final : public inkling::Collective {
   public:
    Rank(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}
    int rank() const noexcept override { return rank_; }
    int size() const noexcept override { return static_cast<int>(all_.send_.size()); }

    void exchange(const std::vector<ConstBlock>& send, const std::vector<Block>& receive) override {
      if (send.size() != all_.send_.size() || receive.size() != all_.send_.size()) {
        throw inkling::Error("ThreadRanks: expected a block for each rank");
      }
      all_.send_[static_cast<std::size_t>(rank_)] = &send;
      all_.wait();
      for (std::size_t r = 0; r < receive.size(); ++r) {
        if (static_cast<int>(r) == rank_) continue;
        const ConstBlock block = (*all_.send_[r])[static_cast<std::size_t>(rank_)];
        if (block.size != receive[r].size) throw inkling::Error("ThreadRanks: another size was sent");
        std::copy_n(static_cast<const char*>(block.data), block.size, static_cast<char*>(receive[r].data));
        const std::lock_guard lock(all_.mutex_);
        all_.bytes_sent_ += block.size;
      }
      all_.wait();
    }

    void start_dealing() override {
      all_.wait();  // nobody deals any more
      if (rank_ == 0) all_.dealt_ = 0;
      all_.wait();
    }
    std::ptrdiff_t deal() override { return all_.dealt_++; }

   private:
    ThreadRanks& all_;
    int rank_;
  };

  /// Until all ranks have come here.
  void wait() {
    std::unique_lock lock(mutex_);
    const std::size_t turn = turn_;
    if (++waiting_ == send_.size()) {
      waiting_ = 0;
      ++turn_;
      changed_.notify_all();
    }
    changed_.wait(lock, [&] { return turn_ != turn || error_ != nullptr; });
    if (turn_ == turn) throw inkling::Error("ThreadRanks: another rank has failed");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<const std::vector<inkling::Collective::ConstBlock>*> send_;  // of each rank
  std::size_t waiting_ = 0;
  std::size_t turn_ = 0;
  std::size_t bytes_sent_ = 0;
  std::atomic<std::ptrdiff_t> dealt_{0};
  std::exception_ptr error_;
};
