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

struct Flags {
  std::string model = {};
  std::string signature = {};
  std::string key = {};
  std::string certificate = {};
  RunOptions run = {};  // set by no flag
  ReportOptions report = {};
};

void require_one_anchor(const Flags& flags) {
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

// Who must have made the signature; a reason if that cannot be trusted.
struct Signer {
  std::optional<PublicKey> key = {};
  std::string distrust = {};
};

Signer signer_by_key(const Flags& flags, const SignatureBundle& bundle, const std::string& path) {
  const PublicKey key(flags.key, "--key");
  if (!bundle.certificates.empty()) {
    return {.distrust =
                fmt::format("'{}' was made with a certificate, not with a key alone", path)};
  }
  if (!bundle.key_sha256.empty() && bundle.key_sha256 != key.fingerprint())
    return {.distrust = fmt::format("'{}' was not made with the key in '{}'", path, flags.key)};
  return {.key = key};
}

Signer signer_by_certificate(const Flags& flags, const SignatureBundle& bundle,
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

ExitCode fail(CommandSession& session, const std::string& what, const std::string& hint) {
  return record_check_failure(session, "check", what, hint);
}

ExitCode check(CommandSession& session, const Flags& flags) {
  require_one_anchor(flags);
  const std::string path = flags.signature.empty() ? flags.model + ".sig" : flags.signature;
  session.report().model.path = flags.model;
  require_regular_file(flags.model);
  check_before_start(session, {.read = {{FileUse::model, flags.model},
                                        {FileUse::extra, path},
                                        {FileUse::extra, flags.key},
                                        {FileUse::extra, flags.certificate}}});
  session.enter("check " + flags.model);
  const SignatureBundle bundle = read_bundle(path);
  const std::string name = std::filesystem::path(flags.model).filename().string();
  SignatureInfo& info = session.report().signature.emplace(
      SignatureInfo{.path = path, .stated_sha256 = stated_sha256(bundle, name, path)});
  if (!bundle.certificates.empty()) {
    info.method = SignatureMethod::certificate;
    info.signer = subject_of_certificate(bundle.certificates.front());
  }
  const Signer signer = flags.key.empty() ? signer_by_certificate(flags, bundle, path)
                                          : signer_by_key(flags, bundle, path);
  if (!signer.key)
    return fail(session, signer.distrust,
                "do not use the file unless you know who made this signature: --key takes the "
                "signer's public key, --certificate root certificates");
  if (!signer.key->verifies(pre_authentication(bundle.statement), bundle.signature))
    return fail(session, fmt::format("the signature in '{}' is not valid: it was changed", path),
                "get the file and its signature again from whoever signed them");
  info.key_sha256 = signer.key->fingerprint();
  if (info.stated_sha256.empty())
    return fail(session, fmt::format("'{}' does not cover a file named '{}'", path, name),
                "a signature of a folder covers files by name: give the file the name that it had "
                "when it was signed, or give its own signature with --signature");
  const std::string& sha256 = session.report().model.sha256;
  if (sha256 == info.stated_sha256) return ExitCode::ok;
  return fail(session,
              fmt::format("'{}' is not the file that was signed: its SHA-256 is {}, and '{}' "
                          "states {}",
                          flags.model, sha256, path, info.stated_sha256),
              "get the file again; if it was rebuilt on purpose, sign it again with tsctl sign");
}

}  // namespace

void add_check(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "check", "Check a file against a signature of tsctl sign or the OpenSSF's model-signing");
  auto flags = std::make_shared<Flags>();
  add_positional(*command, "FILE", flags->model, "The file to check");
  const HelpGroup group(*command, HelpGroup::kNoHeading);
  group.option("--signature", "FILE.sig", flags->signature, "The signature (default: FILE.sig)");
  group.option("--key", "PUBLIC.pem", flags->key, "The public key of the signer");
  group.option("--certificate", "ROOT.pem", flags->certificate,
               "Root certificates that you trust, for a signature with certificates");
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &check);
}

}  // namespace tsctl
