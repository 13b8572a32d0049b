#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// The descriptor of a worker's socket.
inline constexpr int kWorkerSocket = 3;

// One end of a connection that carries lines. Front and worker use the same class.
class LineChannel {
 public:
  explicit LineChannel(FileDescriptor socket) : socket_(std::move(socket)) {}

  int descriptor() const noexcept { return socket_.get(); }

  // Writes `line` and a newline. A closed connection is not an error here: the next read reports it.
  void send(const std::string& line) const;

  // A complete line that was read before; nothing if there is none. Does not read.
  std::optional<std::string> take_line();

  // Reads what has arrived; with `wait` it waits for something to arrive. False at the end of the stream, and when
  // nothing has arrived.
  bool read_more(bool wait);

  // Waits for the next line. Nothing at the end of the stream.
  std::optional<std::string> next_line();

 private:
  FileDescriptor socket_;
  std::string buffer_ = {};
};

}  // namespace tsctl
