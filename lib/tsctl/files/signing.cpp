#include "tsctl/files/signing.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <utility>

#include "tsctl/core/base/error.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/file_io.h"

namespace tsctl {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;

[[noreturn]] void refuse(const std::string& path, const std::string& flag, const std::string& why,
                         const std::string& hint) {
  ERR_clear_error();
  throw Error(ErrorKind::input, fmt::format("'{}' {} ({})", path, why, flag), hint);
}

std::string pem_of_file(const std::string& path, const std::string& flag) {
  std::string text;
  read_file(path, flag, [&](std::string_view part) {
    text += part;
    if (text.size() > kMaxPemBytes)
      refuse(path, flag, "is not a PEM file: it is larger than 1 MiB", "name a key in PEM format");
  });
  return text;
}

Bio reader_of(std::string_view bytes) {
  return {BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())), &BIO_free};
}

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// Answers a question for the password of a key: there is none.
int no_password(char*, int, int, void*) { return -1; }

// The digest that belongs to the key's curve; null for any other key.
const EVP_MD* digest_of(EVP_PKEY* key) {
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return nullptr;
  std::array<char, 80> curve{};
  EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr);
  const std::string_view name = curve.data();
  if (name == "prime256v1") return EVP_sha256();
  if (name == "secp384r1") return EVP_sha384();
  return name == "secp521r1" ? EVP_sha512() : nullptr;
}

constexpr const char* kMakeKey =
    "openssl ecparam -name prime256v1 -genkey -noout -out key.pem makes one, and openssl pkey -in "
    "key.pem -pubout -out public.pem its public key";

std::shared_ptr<EVP_PKEY> usable(EVP_PKEY* key, const std::string& path, const std::string& flag) {
  std::shared_ptr<EVP_PKEY> owned(key, &EVP_PKEY_free);
  if (digest_of(key) == nullptr)
    refuse(path, flag, "is not an elliptic-curve key on P-256, P-384 or P-521", kMakeKey);
  return owned;
}

Certificate certificate_from(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  Certificate found(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())), &X509_free);
  ERR_clear_error();
  return found;
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool may_sign(X509* certificate) {
  const std::uint32_t flags = X509_get_extension_flags(certificate);
  const bool by_usage =
      (flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
  const bool by_purpose = (flags & EXFLAG_XKUSAGE) != 0 &&
                          (X509_get_extended_key_usage(certificate) & XKU_CODE_SIGN) != 0;
  return by_usage || by_purpose;
}

}  // namespace

PublicKey::PublicKey(const std::string& path, const std::string& flag) {
  const std::string text = pem_of_file(path, flag);
  EVP_PKEY* key = PEM_read_bio_PUBKEY(reader_of(text).get(), nullptr, &no_password, nullptr);
  if (key == nullptr) {
    const bool is_private = text.find("PRIVATE KEY-----") != std::string::npos;
    refuse(path, flag, is_private ? "is a private key" : "holds no public key in PEM format",
           is_private ? "give the public one: openssl pkey -in key.pem -pubout -out public.pem"
                      : kMakeKey);
  }
  key_ = usable(key, path, flag);
}

bool PublicKey::verifies(std::string_view bytes, const std::string& signature) const {
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool valid =
      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(key_.get()), nullptr, key_.get()) ==
          1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) == 1;
  ERR_clear_error();
  return valid;
}

std::string PublicKey::fingerprint() const {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key_.get());
  return sha256_of_text(text_of(bio.get()));
}

PrivateKey::PrivateKey(const std::string& path, const std::string& flag) {
  const std::string text = pem_of_file(path, flag);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, &no_password, nullptr);
  if (key == nullptr) {
    const bool encrypted = text.find("ENCRYPTED") != std::string::npos;
    refuse(path, flag,
           encrypted ? "is encrypted with a password" : "holds no private key in PEM format",
           encrypted ? "decrypt it into a file that only you can read: openssl pkey -in key.pem "
                       "-out plain.pem"
                     : kMakeKey);
  }
  key_ = usable(key, path, flag);
}

std::string PrivateKey::sign(std::string_view bytes) const {
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, digest_of(key_.get()), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, data, bytes.size()) != 1)
    throw Error(ErrorKind::environment, "OpenSSL cannot sign with this key");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                     bytes.size()) != 1)
    throw Error(ErrorKind::environment, "OpenSSL cannot sign with this key");
  signature.resize(size);
  return signature;
}

std::vector<std::string> certificates_of(const std::string& path, const std::string& flag) {
  const std::string text = pem_of_file(path, flag);
  const Bio bio = reader_of(text);
  std::vector<std::string> found;
  while (true) {
    const Certificate next(PEM_read_bio_X509(bio.get(), nullptr, &no_password, nullptr),
                           &X509_free);
    if (!next) break;
    found.push_back(der_of(next.get()));
  }
  ERR_clear_error();
  if (found.empty())
    refuse(path, flag, "holds no certificate in PEM format", "name a file with certificates");
  return found;
}

PublicKey key_of_certificate(const std::string& certificate, const std::string& where) {
  const Certificate parsed = certificate_from(certificate);
  EVP_PKEY* key = parsed ? X509_get_pubkey(parsed.get()) : nullptr;
  return PublicKey(usable(key, where, "the signer's certificate"));
}

std::string subject_of_certificate(const std::string& certificate) {
  const Certificate parsed = certificate_from(certificate);
  if (!parsed) return {};
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(parsed.get()), 0,
                     XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  return text_of(bio.get());
}

std::string distrust(const std::vector<std::string>& chain, const std::vector<std::string>& roots) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                      &X509_STORE_free);
  for (const std::string& root : roots) {
    const Certificate parsed = certificate_from(root);
    if (parsed) X509_STORE_add_cert(store.get(), parsed.get());
  }
  const Certificate signer = certificate_from(chain.front());
  std::vector<Certificate> others;
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> between(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (std::size_t i = 1; i < chain.size(); ++i) {
    others.push_back(certificate_from(chain[i]));
    if (others.back()) sk_X509_push(between.get(), others.back().get());
  }
  if (!signer) return "its certificate cannot be read";
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), &X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), signer.get(), between.get());
  std::tm begin = {};
  ASN1_TIME_to_tm(X509_get0_notBefore(signer.get()), &begin);
  X509_STORE_CTX_set_time(context.get(), 0, ::timegm(&begin));
  const bool trusted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!trusted) return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  return may_sign(signer.get()) ? "" : "its certificate is not for signing";
}

}  // namespace tsctl
