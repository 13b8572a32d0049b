#include "tsctl/files/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "tsctl/files/file_io.h"

namespace tsctl {

std::string sha256_of_file(const std::string& path) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  read_file(path, {}, [&context](std::string_view bytes) {
    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  });
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  return fmt::format("{:02x}", fmt::join(digest, digest + size, ""));
}

}  // namespace tsctl
