#pragma once

#include <functional>
#include <optional>
#include <string>

#include "session/context.h"
#include "tsctl/report/text/progress_text.h"

namespace tsctl {

// What reaches standard error while a command runs.
enum class Chatter {
  all,          // progress, warnings, what the model prints
  no_progress,  // --no-progress
  none,         // --quiet
};

// Shows the progress of a command and what its workers print. On a terminal the progress is one line at its bottom,
// which is redrawn every second; elsewhere each step is a separate line.
class StderrView {
 public:
  StderrView(Context& context, Chatter chatter, bool verbose, std::function<double()> now_s);
  ~StderrView() { close_line(); }
  StderrView(const StderrView&) = delete;
  StderrView& operator=(const StderrView&) = delete;

  // A step of the command begins, or a part of one with its share of the step that is done.
  void step(const std::string& text);
  void progress(const std::string& text, std::optional<double> share);
  void warning(const std::string& text);
  void output(const std::string& text);
  // Draws the line again, with the time that has passed. Wanted about every second where there is a line.
  void tick();
  bool wants_ticks() const noexcept { return shows_line_; }

 private:
  void show(const std::string& text, std::optional<double> share);
  void draw();
  void close_line();

  Context& context_;
  Chatter chatter_;
  bool verbose_;
  std::function<double()> now_s_;
  bool shows_line_;
  double start_s_;
  double step_start_s_;
  double drawn_s_ = 0.0;
  ProgressState state_ = {};
  bool line_open_ = false;
  bool output_open_ = false;  // what a worker printed last does not end with a line break
};

}  // namespace tsctl
