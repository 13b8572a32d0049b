#include <fmt/format.h>

#include <filesystem>

#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "steps/preflight.h"
#include "tsctl/archive/model_signature.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/signing.h"

namespace tsctl {

namespace {

struct SignFlags {
  std::string model = {};
  std::string output = {};
  std::string key = {};
  std::string certificate = {};
  RunOptions run = {};  // set by no flag
  ReportOptions report = {};
};

// The certificates of the flag; the first has to be the key's. Empty without the flag.
std::vector<std::string> own_certificates(const SignFlags& flags, const PrivateKey& key) {
  if (flags.certificate.empty()) return {};
  std::vector<std::string> chain = certificates_of(flags.certificate, "--certificate");
  if (key_of_certificate(chain.front(), flags.certificate).fingerprint() !=
      key.public_key().fingerprint()) {
    throw Error(ErrorKind::input,
                fmt::format("the first certificate in '{}' does not belong to the key in '{}'",
                            flags.certificate, flags.key),
                "put the key's certificate first, followed by those that lead to the root");
  }
  return chain;
}

ExitCode sign(CommandSession& session, const SignFlags& flags) {
  const std::string output = flags.output.empty() ? flags.model + ".sig" : flags.output;
  session.report().model.path = flags.model;
  require_regular_file(flags.model);
  check_before_start(session, {.output = output,
                               .read = {{FileUse::model, flags.model},
                                        {FileUse::extra, flags.key},
                                        {FileUse::extra, flags.certificate}}});
  session.enter("sign " + flags.model);
  const PrivateKey key(flags.key, "--key");
  SignatureBundle bundle{.certificates = own_certificates(flags, key)};
  const std::string name = std::filesystem::path(flags.model).filename().string();
  const std::string sha256 = session.report().model.sha256;
  bundle.statement = signed_statement(name, sha256);
  bundle.signature = key.sign(pre_authentication(bundle.statement));
  bundle.key_sha256 = key.public_key().fingerprint();
  const std::string text = bundle_text(bundle);
  write_text_file(output, text, "-o");

  SignatureInfo signature{.path = output, .key_sha256 = bundle.key_sha256, .stated_sha256 = sha256};
  if (!bundle.certificates.empty()) {
    signature.method = SignatureMethod::certificate;
    signature.signer = subject_of_certificate(bundle.certificates.front());
  }
  session.report().signature = signature;
  session.report().artifact = ArtifactInfo{.path = output,
                                           .size_bytes = static_cast<std::int64_t>(text.size()),
                                           .sha256 = sha256_of_text(text),
                                           .status = ArtifactStatus::written};
  return ExitCode::ok;
}

}  // namespace

void add_sign(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "sign", "Sign a file with a key, in the format of the OpenSSF's model-signing");
  auto flags = std::make_shared<SignFlags>();
  add_positional(*command, "FILE", flags->model, "The file to sign");
  const HelpGroup group(*command, HelpGroup::kNoHeading);
  group
      .option("--key", "KEY.pem", flags->key,
              "The private key: an elliptic-curve key on P-256, P-384 or P-521")
      ->required();
  group.option("--certificate", "CERT.pem", flags->certificate,
               "The key's certificate, followed by those that lead to the root");
  group.option("-o,--output", "FILE.sig", flags->output,
               "The signature to write (default: FILE.sig)");
  add_report_options(*command, flags->report);
  command->remove_option(command->get_option("--csv"));  // a signature has no table
  bind_command(*command, selected, flags, &sign);
}

}  // namespace tsctl
