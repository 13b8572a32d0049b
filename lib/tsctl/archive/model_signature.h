#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tsctl {

// The format of the OpenSSF's model-signing, version 1.0: a Sigstore bundle that holds a DSSE envelope around an in-toto
// statement with the digests of the files of a model. tsctl signs one file, which the statement calls ".".

// What a bundle holds.
struct SignatureBundle {
  std::string statement = {};   // JSON text
  std::string signature = {};   // of pre_authentication(statement), in DER
  std::string key_sha256 = {};  // of the signer's public key; empty with certificates
  std::vector<std::string> certificates = {};  // in DER, the signer's first; empty with a key
};

// The statement that the file of this name has this digest.
std::string signed_statement(const std::string& name, const std::string& sha256);

// What is signed in place of a statement: DSSE's pre-authentication encoding.
std::string pre_authentication(std::string_view statement);

std::string bundle_text(const SignatureBundle& bundle);

// `path` names the text in the Error{input} for text that is not such a bundle.
SignatureBundle bundle_from_text(const std::string& text, const std::string& path);

// The digest that the bundle's statement gives for a file: for ".", or in a statement about a folder for the name of the
// file. Empty if it names no such file. Throws Error{input} if it is not such a statement or contradicts itself.
std::string stated_sha256(const SignatureBundle& bundle, const std::string& name,
                          const std::string& path);

}  // namespace tsctl
