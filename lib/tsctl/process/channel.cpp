#include "tsctl/process/channel.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

void LineChannel::send(const std::string& line) const {
  const std::string text = line + "\n";
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count =
        ::send(socket_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

std::optional<std::string> LineChannel::take_line() {
  const std::size_t newline = buffer_.find('\n', searched_);
  if (newline == std::string::npos) {
    searched_ = buffer_.size();
    return std::nullopt;
  }
  std::string line = buffer_.substr(begin_, newline - begin_);
  begin_ = newline + 1;
  searched_ = begin_;
  return line;
}

bool LineChannel::read_more(bool wait) {
  char bytes[65536];
  ssize_t count = 0;
  do {
    count = ::recv(socket_.get(), bytes, sizeof bytes, wait ? 0 : MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  buffer_.append(bytes, static_cast<std::size_t>(count));
  // At most one read of complete lines comes on top.
  if (searched_ > kMaxLineBytes) {
    throw Error(ErrorKind::execution,
                fmt::format("the worker process sent a message of more than {}",
                            bytes_text(static_cast<std::int64_t>(kMaxLineBytes))),
                "the model wrote to a descriptor of tsctl");
  }
  return true;
}

std::optional<std::string> LineChannel::next_line() {
  while (true) {
    if (auto line = take_line()) return line;
    if (!read_more(true)) return std::nullopt;
  }
}

}  // namespace tsctl
