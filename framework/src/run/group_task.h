// A group thread as Poco::TaskManager runs it.
#pragma once

#include <Poco/Task.h>

#include <cstddef>
#include <stop_token>
#include <string>

#include "run/group_loop.h"

namespace forage::run {

class GroupTask final : public Poco::Task {
 public:
  /// `loop` and `stop` outlive the task.
  GroupTask(const std::string& name, GroupLoop& loop, std::size_t first, std::stop_source& stop)
      : Poco::Task(name), loop_(loop), first_(first), stop_(stop) {}

  void runTask() override { loop_.run(first_); }

  /// Poco < 1.13 loses a cancel() before run() (pocoproject/poco#1706): ours is kept by the stop
  /// source that the loop looks at.
  void cancel() override {
    stop_.request_stop();
    Poco::Task::cancel();
  }

 private:
  GroupLoop& loop_;
  const std::size_t first_;
  std::stop_source& stop_;
};

}  // namespace forage::run
