#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tsctl {

// Calls `take` with the bytes of the file, part by part and in order. Throws Error{input} if the file cannot be read;
// the error names `flag` if it is not empty.
void read_file(const std::string& path, const std::string& flag,
               const std::function<void(std::string_view bytes)>& take);

// The bytes of a whole file. Throws like read_file().
std::string bytes_of_file(const std::string& path, const std::string& flag = {});

// Replaces the content of the existing file `to` by that of `from`. Throws Error{input} if `from` cannot be read, and
// Error{environment} if `to` cannot be written.
void copy_file_bytes(const std::string& from, const std::string& to,
                     const std::string& flag = "-o");

// Writes all bytes to an open descriptor. Returns 0, or the error number of the write that failed.
int write_all(int descriptor, std::string_view bytes) noexcept;

// Throws Error{environment} for a file that cannot be written. `code` is the error number.
[[noreturn]] void throw_write_error(const std::filesystem::path& path, const std::string& flag,
                                    int code);

}  // namespace tsctl
