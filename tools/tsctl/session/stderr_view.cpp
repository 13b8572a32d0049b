#include "session/stderr_view.h"

#include <utility>

#include "tsctl/core/base/text.h"
#include "tsctl/report/text/style.h"

namespace tsctl {

namespace {

constexpr std::size_t kUnknownWidth = 80;
constexpr double kRedrawSeconds = 0.1;  // more often would cost a measurement more than it tells
constexpr double kTickSeconds = 0.9;    // of a line whose text stays

}  // namespace

StderrView::StderrView(Context& context, Chatter chatter, bool verbose,
                       std::function<double()> now_s)
    : context_(context),
      chatter_(chatter),
      verbose_(verbose),
      now_s_(std::move(now_s)),
      shows_line_(context.err_is_terminal && chatter == Chatter::all),
      start_s_(now_s_()),
      step_start_s_(start_s_) {}

void StderrView::step(const std::string& text) {
  if (text != state_.text && chatter_ == Chatter::all && !shows_line_)
    context_.err << "tsctl: " << printable(text) << std::endl;
  show(text, std::nullopt);
}

void StderrView::progress(const std::string& text, std::optional<double> share) {
  if (text != state_.text && chatter_ == Chatter::all && verbose_ && !shows_line_)
    context_.err << "tsctl: " << printable(text) << std::endl;
  show(text, share);
}

void StderrView::show(const std::string& text, std::optional<double> share) {
  const bool is_new = text != state_.text;
  // The time left is estimated from the time that the share took: a step that starts again has its own.
  if (!state_.share || !share || *share < *state_.share) step_start_s_ = now_s_();
  state_.text = text;
  state_.share = share;
  if (shows_line_ && (is_new || now_s_() - drawn_s_ >= kRedrawSeconds)) draw();
}

void StderrView::draw() {
  const double now_s = now_s_();
  drawn_s_ = now_s;
  state_.step_s = now_s - step_start_s_;
  state_.elapsed_s = now_s - start_s_;
  const std::size_t width = context_.err_width > 0 ? context_.err_width : kUnknownWidth;
  if (output_open_) context_.err << "\n";
  output_open_ = false;
  // The last column stays free: a character in it would make some terminals begin a new line.
  context_.err << "\r\033[K"
               << progress_text({.text = "tsctl: " + printable(state_.text),
                                 .share = state_.share,
                                 .step_s = state_.step_s,
                                 .elapsed_s = state_.elapsed_s},
                                width - 1)
               << std::flush;
  line_open_ = true;
}

void StderrView::tick() {
  if (shows_line_ && !state_.text.empty() && now_s_() - drawn_s_ >= kTickSeconds) draw();
}

void StderrView::warning(const std::string& text) {
  if (chatter_ == Chatter::none) return;
  close_line();
  const std::string label = context_.err_colour ? caution("warning") : "warning";
  context_.err << "tsctl: " << label << ": " << printable(text) << std::endl;
}

void StderrView::output(const std::string& text) {
  if (chatter_ == Chatter::none || text.empty()) return;
  close_line();
  context_.err << printable(text, "\r") << std::flush;
  output_open_ = text.back() != '\n';
}

void StderrView::close_line() {
  if (line_open_) context_.err << "\r\033[K" << std::flush;
  line_open_ = false;
}

}  // namespace tsctl
