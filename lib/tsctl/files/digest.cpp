#include "tsctl/files/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <new>

#include "tsctl/files/file_io.h"

namespace tsctl {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

void Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Sha256::text() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_.get(), digest, &size);
  return fmt::format("{:02x}", fmt::join(digest, digest + size, ""));
}

std::string sha256_of_file(const std::string& path, const std::function<void()>& between) {
  Sha256 digest;
  read_file(path, {}, [&](std::string_view bytes) {
    digest.add(bytes);
    if (between) between();
  });
  return digest.text();
}

std::string sha256_of_text(std::string_view text) {
  Sha256 digest;
  digest.add(text);
  return digest.text();
}

}  // namespace tsctl
