#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

// The descriptor of a worker's socket.
inline constexpr int kWorkerSocket = 3;

// The longest line that is read. The graph of a large model is a few MiB.
inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;

// One end of a connection that carries lines. Front and worker use the same class.
class LineChannel {
 public:
  explicit LineChannel(FileDescriptor socket) : socket_(std::move(socket)) {}

  int descriptor() const noexcept { return socket_.get(); }

  // Writes `line` and a newline. A closed connection is not an error here: the next read reports it.
  void send(const std::string& line) const;

  // A complete line that was read before; nothing if there is none. Does not read. All lines together cost time in
  // proportion to their bytes, however they arrive.
  std::optional<std::string> take_line();

  // Reads what has arrived, at most 64 KiB; with `wait` it waits for something to arrive. False at the end of the
  // stream, and when nothing has arrived. Throws Error{execution} for a line that is longer than kMaxLineBytes.
  bool read_more(bool wait);

  // Waits for the next line. Nothing at the end of the stream.
  std::optional<std::string> next_line();

 private:
  FileDescriptor socket_;
  std::string buffer_ = {};
  std::size_t begin_ = 0;     // of the bytes that no line was taken of
  std::size_t searched_ = 0;  // there is no newline from begin_ to here
};

}  // namespace tsctl
