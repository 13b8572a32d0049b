#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct evp_pkey_st;

namespace tsctl {

// Signatures with elliptic-curve keys on P-256, P-384 or P-521, with SHA-256, SHA-384 or SHA-512, as the OpenSSF's
// model-signing uses them. Keys and certificates are PEM files. What is wrong with one is an Error{input} that names the
// file and the flag.

class PublicKey {
 public:
  explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  // Of a file with a public key.
  PublicKey(const std::string& path, const std::string& flag);

  bool verifies(std::string_view bytes, const std::string& signature) const;
  // The SHA-256 of its PEM text: how a signature names the key.
  std::string fingerprint() const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

class PrivateKey {
 public:
  PrivateKey(const std::string& path, const std::string& flag);

  // In DER.
  std::string sign(std::string_view bytes) const;
  PublicKey public_key() const { return PublicKey(key_); }

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

// The certificates of a file, in DER.
std::vector<std::string> certificates_of(const std::string& path, const std::string& flag);

// The key of a certificate in DER; `where` names the file that holds it.
PublicKey key_of_certificate(const std::string& certificate, const std::string& where);

// "CN = …" of a certificate in DER.
std::string subject_of_certificate(const std::string& certificate);

// Why a chain of certificates, the signer's first, does not lead to one of `roots` or may not sign; empty if it does. The
// chain is judged at the time when the signer's certificate began to be valid, so that a signature outlives it.
std::string distrust(const std::vector<std::string>& chain, const std::vector<std::string>& roots);

}  // namespace tsctl
