#include "tsctl/report/export/sarif.h"

#include <map>

#include "tsctl/core/base/build_info.h"
#include "tsctl/report/json/ordered_json.h"

namespace tsctl {

using json::Json;

namespace {

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// A path as a URI reference (RFC 3986): bytes outside of its unreserved characters and "/" become %XX.
std::string uri_of(const std::string& path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return uri;
}

Json rule_json(const FindingRule& rule) {
  return {{"id", name_of(rule.code)},
          {"shortDescription", {{"text", rule.title}}},
          {"help", {{"text", rule.hint}}}};
}

Json location_of(const std::string& path, const FileFinding& finding) {
  Json physical{{"artifactLocation", {{"uri", uri_of(path)}}}};
  if (finding.line) physical["region"] = {{"startLine", *finding.line}};
  if (finding.offset) physical["region"] = {{"byteOffset", *finding.offset}};
  Json location{{"physicalLocation", std::move(physical)}};
  if (!finding.record.empty()) {
    location["logicalLocations"] =
        Json::array({{{"fullyQualifiedName", finding.record}, {"kind", "resource"}}});
  }
  return location;
}

Json result_json(const std::string& path, const FileFinding& finding, std::size_t rule_index) {
  Json result{{"ruleId", name_of(finding.code)},
              {"ruleIndex", rule_index},
              {"level", name_of(finding.severity)},
              {"message", {{"text", finding.text}}},
              {"locations", Json::array({location_of(path, finding)})},
              {"occurrenceCount", finding.places}};
  if (finding.allowed)
    result["suppressions"] = Json::array({{{"kind", "external"}, {"status", "accepted"}}});
  return result;
}

}  // namespace

std::string sarif_from_findings(const std::string& path, const std::vector<FileFinding>& findings) {
  Json rules = Json::array();
  std::map<FindingCode, std::size_t> index;
  for (const FindingRule& rule : finding_rules()) {
    index.emplace(rule.code, rules.size());
    rules.push_back(rule_json(rule));
  }
  Json results = Json::array();
  for (const FileFinding& finding : findings)
    results.push_back(result_json(path, finding, index.at(finding.code)));
  const Json driver{{"name", "tsctl"}, {"version", kVersion}, {"rules", std::move(rules)}};
  const Json log{
      {"$schema", kSchema},
      {"version", "2.1.0"},
      {"runs", Json::array({{{"tool", {{"driver", driver}}},
                             {"artifacts", Json::array({{{"location", {{"uri", uri_of(path)}}}}})},
                             {"results", std::move(results)}}})}};
  return json::document_text(log);
}

}  // namespace tsctl
