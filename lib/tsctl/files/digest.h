#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // of OpenSSL

namespace tsctl {

// The SHA-256 of bytes that come in parts.
class Sha256 {
 public:
  Sha256();

  void add(std::string_view bytes);
  std::string text();  // in hexadecimal; call it once, after the last part

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// The SHA-256 of a file, in hexadecimal. Throws Error{input} if the file cannot be read. Calls `between` after each
// megabyte; it may throw to end the reading.
std::string sha256_of_file(const std::string& path, const std::function<void()>& between = {});

// The same of a text.
std::string sha256_of_text(std::string_view text);

}  // namespace tsctl
