#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "steps/preflight.h"
#include "steps/verify_step.h"
#include "tsctl/archive/model_signature.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/signing.h"

namespace tsctl {

namespace {

constexpr std::uintmax_t kMaxSignatureBytes = std::uintmax_t{1} << 20;

struct CheckFlags {
  std::string model = {};
  std::string signature = {};
  std::string key = {};
  std::string certificate = {};
  RunOptions run = {};  // set by no flag
  ReportOptions report = {};
};

void require_one_anchor(const CheckFlags& flags) {
  if (flags.key.empty() != flags.certificate.empty()) return;
  throw Error(ErrorKind::usage,
              flags.key.empty() ? "tsctl check does not know whom to trust: neither --key nor "
                                  "--certificate was given"
                                : "--key and --certificate cannot be given together",
              "give the signer's public key with --key, or the root certificates that you trust "
              "with --certificate");
}

SignatureBundle read_bundle(const std::string& path) {
  require_regular_file(path);
  if (std::filesystem::file_size(path) > kMaxSignatureBytes) {
    throw Error(ErrorKind::input,
                fmt::format("'{}' is not a signature: it is larger than 1 MiB", path),
                "name the signature's file with --signature");
  }
  return bundle_from_text(bytes_of_file(path, "--signature"), path);
}

void require_signature(const CheckFlags& flags, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return;
  throw Error(ErrorKind::input,
              fmt::format("the signature '{}' of '{}' does not exist", path, flags.model),
              flags.signature.empty() ? "name the signature's file with --signature, or sign the "
                                        "file with tsctl sign"
                                      : "check the path after --signature");
}

// Who must have made the signature; a reason if that cannot be trusted.
struct Signer {
  std::optional<PublicKey> key = {};
  std::string distrust = {};
};

Signer signer_by_key(const CheckFlags& flags, const SignatureBundle& bundle,
                     const std::string& path) {
  const PublicKey key(flags.key, "--key");
  if (!bundle.certificates.empty()) {
    return {.distrust =
                fmt::format("'{}' was made with a certificate, not with a key alone", path)};
  }
  if (!bundle.key_sha256.empty() && bundle.key_sha256 != key.fingerprint())
    return {.distrust = fmt::format("'{}' was not made with the key in '{}'", path, flags.key)};
  return {.key = key};
}

Signer signer_by_certificate(const CheckFlags& flags, const SignatureBundle& bundle,
                             const std::string& path) {
  const std::vector<std::string> roots = certificates_of(flags.certificate, "--certificate");
  if (bundle.certificates.empty())
    return {.distrust = fmt::format("'{}' holds no certificate, only the name of a key", path)};
  const std::string reason = distrust(bundle.certificates, roots);
  if (!reason.empty()) {
    return {.distrust = fmt::format("the signer of '{}' is not trusted: {}", path, reason)};
  }
  return {.key = key_of_certificate(bundle.certificates.front(), path)};
}

std::string name_of_model(const CheckFlags& flags) {
  return std::filesystem::path(flags.model).filename().string();
}

// What a signature says of itself and of the model, before anything of it is trusted.
SignatureInfo claims_of(const SignatureBundle& bundle, const CheckFlags& flags,
                        const std::string& path) {
  SignatureInfo info{.path = path,
                     .stated_sha256 = stated_sha256(bundle, name_of_model(flags), path)};
  if (!bundle.certificates.empty()) {
    info.method = SignatureMethod::certificate;
    info.signer = subject_of_certificate(bundle.certificates.front());
  }
  return info;
}

// A check that failed: what is wrong, and what to do.
struct Failure {
  std::string what = {};
  std::string hint = {};
};

// Whether the signature can be trusted, whatever it says.
std::optional<Failure> failure_of_signature(const Signer& signer, const SignatureBundle& bundle,
                                            const std::string& path) {
  if (!signer.key) {
    return Failure{signer.distrust,
                   "do not use the file unless you know who made this signature: --key takes the "
                   "signer's public key, --certificate root certificates"};
  }
  if (signer.key->verifies(pre_authentication(bundle.statement), bundle.signature))
    return std::nullopt;
  return Failure{fmt::format("the signature in '{}' is not valid: it was changed", path),
                 "get the file and its signature again from whoever signed them"};
}

// Whether a trusted signature is that of the model.
std::optional<Failure> failure_of_model(const SignatureInfo& signature, const std::string& sha256,
                                        const CheckFlags& flags) {
  if (signature.stated_sha256.empty()) {
    return Failure{
        fmt::format("'{}' does not cover a file named '{}'", signature.path, name_of_model(flags)),
        "a signature of a folder covers files by name: give the file the name that it had when it "
        "was signed, or give its own signature with --signature"};
  }
  if (sha256 == signature.stated_sha256) return std::nullopt;
  return Failure{
      fmt::format("'{}' is not the file that was signed: its SHA-256 is {}, and '{}' states {}",
                  flags.model, sha256, signature.path, signature.stated_sha256),
      "get the file again; if it was rebuilt on purpose, sign it again with tsctl sign"};
}

ExitCode exit_of(CommandSession& session, const std::optional<Failure>& failure) {
  if (!failure) return ExitCode::ok;
  return record_check_failure(session, "check", failure->what, failure->hint);
}

ExitCode check(CommandSession& session, const CheckFlags& flags) {
  require_one_anchor(flags);
  const std::string path = flags.signature.empty() ? flags.model + ".sig" : flags.signature;
  session.report().model.path = flags.model;
  require_regular_file(flags.model);
  require_signature(flags, path);
  check_before_start(session, {.read = {{FileUse::model, flags.model},
                                        {FileUse::extra, path},
                                        {FileUse::extra, flags.key},
                                        {FileUse::extra, flags.certificate}}});
  session.enter("check " + flags.model);
  const SignatureBundle bundle = read_bundle(path);
  SignatureInfo& signature = session.report().signature.emplace(claims_of(bundle, flags, path));
  const Signer signer = flags.key.empty() ? signer_by_certificate(flags, bundle, path)
                                          : signer_by_key(flags, bundle, path);
  if (const auto failure = failure_of_signature(signer, bundle, path))
    return exit_of(session, failure);
  signature.key_sha256 = signer.key->fingerprint();
  return exit_of(session, failure_of_model(signature, session.report().model.sha256, flags));
}

}  // namespace

void add_check(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "check", "Check a file against a signature of tsctl sign or the OpenSSF's model-signing");
  auto flags = std::make_shared<CheckFlags>();
  add_positional(*command, "FILE", flags->model, "The file to check");
  const HelpGroup group(*command, HelpGroup::kNoHeading);
  group.option("--signature", "FILE.sig", flags->signature, "The signature (default: FILE.sig)");
  group.option("--key", "PUBLIC.pem", flags->key, "The public key of the signer");
  group.option("--certificate", "ROOT.pem", flags->certificate,
               "Root certificates that you trust, for a signature with certificates");
  add_report_options(*command, flags->report);
  command->remove_option(command->get_option("--csv"));  // a signature has no table
  bind_command(*command, selected, flags, &check);
}

}  // namespace tsctl
