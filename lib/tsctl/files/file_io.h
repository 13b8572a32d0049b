#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tsctl {

// Calls `take` with the bytes of the file, part by part, from the first to the last. Throws Error{input} when the file
// cannot be read, with the name of `flag` if there is one.
void read_file(const std::string& path, const std::string& flag,
               const std::function<void(std::string_view bytes)>& take);

// The bytes of a whole file. Throws as read_file does.
std::string bytes_of_file(const std::string& path, const std::string& flag = {});

// Copies the bytes of one file over another (in place; the target keeps its name). Throws Error{input} when `from`
// cannot be read, Error{environment} when `to` cannot be written.
void copy_file_bytes(const std::string& from, const std::string& to,
                     const std::string& flag = "-o");

// Writes all bytes to an open descriptor. Returns 0, or the error number of the write that failed.
int write_all(int descriptor, std::string_view bytes) noexcept;

// Throws Error{environment} for a file that cannot be written. `code` is an error number; a full disk has a hint of its own.
[[noreturn]] void throw_write_error(const std::filesystem::path& path, const std::string& flag,
                                    int code);

}  // namespace tsctl
