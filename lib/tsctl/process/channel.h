#pragma once

#include <optional>
#include <string>

namespace tsctl {

// The descriptor on which a worker finds its socket.
inline constexpr int kWorkerSocket = 3;

// Writes `line` and a newline. A peer that is gone is not an error: its reader will notice.
void send_line(int socket, const std::string& line);

// Reads lines from a socket, waiting for each.
class LineReader {
 public:
  explicit LineReader(int socket) : socket_(socket) {}
  // Nothing at the end of the stream.
  std::optional<std::string> next();

 private:
  int socket_;
  std::string buffer_ = {};
};

}  // namespace tsctl
