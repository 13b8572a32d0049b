#include "tsctl/archive/model_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/files/base64.h"
#include "tsctl/files/digest.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr const char* kPayloadType = "application/vnd.in-toto+json";
constexpr const char* kStatementType = "https://in-toto.io/Statement/v1";
constexpr const char* kPredicateType = "https://model_signing/signature/v1.0";
constexpr const char* kWholeModel = ".";
constexpr std::size_t kHexDigits = 64;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input,
              fmt::format("'{}' is not a signature of a model that tsctl can read: {}", path, why),
              "tsctl sign and the OpenSSF's model_signing write such files; get it again from "
              "whoever signed the model");
}

Json parsed(const std::string& text, const std::string& what, const std::string& path) {
  require_simple_json(text, fmt::format("{} '{}'", what, path), kMaxManifestValues);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) refuse(path, "it is not a JSON object");
  return json;
}

// The text at a JSON pointer; refuses a document without it.
std::string text_at(const Json& json, const std::string& pointer, const std::string& path) {
  const Json::json_pointer place(pointer);
  if (!json.contains(place) || !json[place].is_string())
    refuse(path, fmt::format("it lacks the text {}", pointer));
  return json[place].get<std::string>();
}

std::string bytes_at(const Json& json, const std::string& pointer, const std::string& path) {
  const auto bytes = from_base64(text_at(json, pointer, path));
  if (!bytes) refuse(path, fmt::format("{} is not base64", pointer));
  return *bytes;
}

void require_text(const Json& json, const std::string& pointer, const std::string& expected,
                  const std::string& path) {
  const std::string found = text_at(json, pointer, path);
  if (found != expected)
    refuse(path,
           fmt::format("its {} is '{}', and not '{}'", pointer, found.substr(0, 100), expected));
}

// The bytes of 64 hexadecimal digits.
std::string bytes_of_digest(const std::string& hex, const std::string& path) {
  if (hex.size() != kHexDigits || hex.find_first_not_of("0123456789abcdef") != std::string::npos)
    refuse(path, "it contains a digest that is not SHA-256");
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

const Json& list_at(const Json& json, const std::string& pointer, const std::string& path) {
  const Json::json_pointer place(pointer);
  if (!json.contains(place) || !json[place].is_array() || json[place].empty())
    refuse(path, fmt::format("it lacks the list {}", pointer));
  return json[place];
}

}  // namespace

std::string signed_statement(const std::string& name, const std::string& sha256) {
  // The digest of the model as a whole is that of the digests of its files.
  const std::string whole = sha256_of_text(bytes_of_digest(sha256, name));
  const Json statement{
      {"_type", kStatementType},
      {"subject", Json::array({{{"name", name}, {"digest", {{"sha256", whole}}}}})},
      {"predicateType", kPredicateType},
      {"predicate",
       {{"serialization",
         {{"method", "files"}, {"hash_type", "sha256"}, {"allow_symlinks", false}}},
        {"resources",
         Json::array({{{"name", kWholeModel}, {"algorithm", "sha256"}, {"digest", sha256}}})}}}};
  return statement.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string pre_authentication(std::string_view statement) {
  const std::string_view type = kPayloadType;
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, statement.size(), statement);
}

std::string bundle_text(const SignatureBundle& bundle) {
  Json material = Json::object();
  if (bundle.certificates.empty()) {
    material["publicKey"]["hint"] = bundle.key_sha256;
  } else {
    Json& chain = material["x509CertificateChain"]["certificates"] = Json::array();
    for (const std::string& certificate : bundle.certificates)
      chain.push_back({{"rawBytes", base64(certificate)}});
  }
  material["tlogEntries"] = Json::array();
  const Json json{
      {"mediaType", kBundleType},
      {"verificationMaterial", material},
      {"dsseEnvelope",
       {{"payload", base64(bundle.statement)},
        {"payloadType", kPayloadType},
        {"signatures", Json::array({{{"sig", base64(bundle.signature)}, {"keyid", ""}}})}}}};
  return json.dump() + "\n";
}

SignatureBundle bundle_from_text(const std::string& text, const std::string& path) {
  const Json json = parsed(text, "the signature", path);
  require_text(json, "/mediaType", kBundleType, path);
  require_text(json, "/dsseEnvelope/payloadType", kPayloadType, path);
  if (list_at(json, "/dsseEnvelope/signatures", path).size() != 1)
    refuse(path, "it has more than one signature");
  SignatureBundle bundle{.statement = bytes_at(json, "/dsseEnvelope/payload", path),
                         .signature = bytes_at(json, "/dsseEnvelope/signatures/0/sig", path)};
  const Json::json_pointer hint("/verificationMaterial/publicKey/hint");
  if (json.contains(hint) && json[hint].is_string())
    bundle.key_sha256 = json[hint].get<std::string>();
  const std::string chain = "/verificationMaterial/x509CertificateChain/certificates";
  if (json.contains(Json::json_pointer(chain))) {
    const std::size_t count = list_at(json, chain, path).size();
    for (std::size_t i = 0; i < count; ++i)
      bundle.certificates.push_back(bytes_at(json, fmt::format("{}/{}/rawBytes", chain, i), path));
  }
  return bundle;
}

std::string stated_sha256(const SignatureBundle& bundle, const std::string& name,
                          const std::string& path) {
  const Json statement = parsed(bundle.statement, "the statement in", path);
  require_text(statement, "/_type", kStatementType, path);
  require_text(statement, "/predicateType", kPredicateType, path);
  require_text(statement, "/predicate/serialization/method", "files", path);
  std::string all;
  std::string found;
  for (const Json& resource : list_at(statement, "/predicate/resources", path)) {
    require_text(resource, "/algorithm", "sha256", path);
    const std::string digest = text_at(resource, "/digest", path);
    const std::string of = text_at(resource, "/name", path);
    all += bytes_of_digest(digest, path);
    if (of == kWholeModel || of == name) found = digest;
  }
  require_text(statement, "/subject/0/digest/sha256", sha256_of_text(all), path);
  return found;
}

}  // namespace tsctl
