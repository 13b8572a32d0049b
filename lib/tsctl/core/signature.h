#pragma once

#include <string>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"

namespace tsctl {

enum class SignatureMethod { key, certificate };

constexpr auto names_of(SignatureMethod) {
  using enum SignatureMethod;
  return std::to_array<Named<SignatureMethod>>({{key, "key"}, {certificate, "certificate"}});
}

// The signature that sign made or check read.
struct SignatureInfo {
  std::string path = {};
  SignatureMethod method = SignatureMethod::key;
  std::string key_sha256 = {};
  std::string signer = {};
  std::string stated_sha256 = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, SignatureInfo& value) {
  visit("path", value.path, "The signature's file");
  visit("method", value.method, "Whether it names a key, or holds the signer's certificate");
  visit("key_sha256", value.key_sha256,
        "Digest of the PEM text of the public key that the signature is valid for; empty if it is "
        "not valid");
  visit("signer", value.signer, "The subject of the signer's certificate; empty for a key");
  visit("stated_sha256", value.stated_sha256,
        "The digest that the signed statement gives for the file; empty if it names no such file");
}

}  // namespace tsctl
