#include "tsctl/archive/model_signature.h"

#include "archive_files.h"
#include "tsctl/files/base64.h"
#include "tsctl/files/digest.h"

namespace tsctl {

namespace {

std::string digest() { return sha256_of_text("model"); }

SignatureBundle bundle_of(const std::string& statement) {
  return {.statement = statement, .signature = "sig", .key_sha256 = "k"};
}

// The statement with `from` replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string statement = signed_statement("net.pt", digest());
  const auto at = statement.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return statement.replace(at, from.size(), to);
}

TEST(ModelSignature, is_read_as_it_was_written) {
  const SignatureBundle written{.statement = signed_statement("net.pt", digest()),
                                .signature = std::string("\0\xff", 2),
                                .certificates = {"one", "two"}};
  const SignatureBundle read = bundle_from_text(bundle_text(written), "net.pt.sig");
  EXPECT_EQ(read.statement, written.statement);
  EXPECT_EQ(read.signature, written.signature);
  EXPECT_EQ(read.certificates, written.certificates);
  EXPECT_EQ(stated_sha256(read, "net.pt", "net.pt.sig"), digest());
  EXPECT_EQ(stated_sha256(read, "other.pt", "net.pt.sig"),
            digest());  // it speaks of ".", whatever its name
  EXPECT_EQ(bundle_from_text(bundle_text(bundle_of("{}")), "x").key_sha256, "k");
}

TEST(ModelSignature, signs_the_encoding_of_dsse) {
  EXPECT_EQ(pre_authentication("{}"), "DSSEv1 28 application/vnd.in-toto+json 2 {}");
}

TEST(ModelSignature, of_a_folder_speaks_of_the_file_with_its_name) {
  const std::string statement = changed(R"("name": ".")", R"("name": "net.pt")");
  EXPECT_EQ(stated_sha256(bundle_of(statement), "net.pt", "x"), digest());
  EXPECT_EQ(stated_sha256(bundle_of(statement), "other.pt", "x"), "");
}

TEST(ModelSignature, refuses_bundles_of_another_form) {
  const std::string good = bundle_text(bundle_of("{}"));
  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return input_error_of([&] { bundle_from_text(text, "net.pt.sig"); });
  };
  EXPECT_NE(refusal(good, "no JSON").find("it is not a JSON object"), std::string::npos);
  EXPECT_NE(refusal("v0.3", "v9").find("its /mediaType is '"), std::string::npos);
  EXPECT_NE(refusal("\"payload\"", "\"other\"").find("it lacks the text /dsseEnvelope/payload"),
            std::string::npos);
  EXPECT_NE(refusal(base64("sig"), "@@@@").find("/dsseEnvelope/signatures/0/sig is not base64"),
            std::string::npos);
  EXPECT_NE(refusal("[{\"sig\"", "[{},{\"sig\"").find("it has more than one signature"),
            std::string::npos);
  EXPECT_NE(refusal(good, std::string(1000, '[')).find("too complex"), std::string::npos);
}

TEST(ModelSignature, refuses_statements_that_contradict_themselves) {
  const auto refusal = [](const std::string& from, const std::string& to) {
    const SignatureBundle bundle = bundle_of(changed(from, to));
    return input_error_of([&] { stated_sha256(bundle, "net.pt", "net.pt.sig"); });
  };
  EXPECT_NE(refusal(digest(), sha256_of_text("other")).find("/subject/0/digest/sha256 is"),
            std::string::npos);
  EXPECT_NE(refusal(digest(), "12").find("not SHA-256"), std::string::npos);
  EXPECT_NE(
      refusal("\"sha256\",\n        \"digest", "\"blake3\",\n        \"digest").find("blake3"),
      std::string::npos);
  EXPECT_NE(refusal("\"files\"", "\"shards\"").find("shards"), std::string::npos);
  EXPECT_NE(refusal("Statement/v1", "Statement/v9").find("/_type is"), std::string::npos);
}

}  // namespace

}  // namespace tsctl
