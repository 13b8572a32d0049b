#include "tsctl/files/signing.h"

#include <gtest/gtest.h>

#include "tsctl/core/base/error.h"

namespace tsctl {
namespace {

std::string fixture(const std::string& name) {
  return std::string(TSCTL_FIXTURES) + "/keys/" + name;
}

std::string error_of(const auto& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "none";
}

TEST(Signing, is_verified_with_the_public_key_only) {
  for (const std::string curve : {"", "_p384"}) {
    const PrivateKey key(fixture("key" + curve + ".pem"), "--key");
    const PublicKey same(fixture("public" + curve + ".pem"), "--key");
    const std::string signature = key.sign("text");
    EXPECT_TRUE(same.verifies("text", signature));
    EXPECT_FALSE(same.verifies("other", signature));
    EXPECT_FALSE(same.verifies("text", signature.substr(1)));
    EXPECT_FALSE(same.verifies("text", ""));
    EXPECT_EQ(key.public_key().fingerprint(), same.fingerprint());
  }
  const PublicKey other(fixture("public_p384.pem"), "--key");
  EXPECT_FALSE(other.verifies("text", PrivateKey(fixture("key.pem"), "--key").sign("text")));
}

TEST(Signing, refuses_keys_that_are_none_of_its_own) {
  const auto private_key = [](const std::string& name) {
    return error_of([&] { PrivateKey(fixture(name), "--key"); });
  };
  EXPECT_NE(private_key("key_rsa.pem").find("is not an elliptic-curve key"), std::string::npos);
  EXPECT_NE(private_key("key_encrypted.pem").find("is encrypted with a password (--key) | decrypt"),
            std::string::npos);
  EXPECT_NE(private_key("public.pem").find("holds no private key in PEM format"),
            std::string::npos);
  EXPECT_NE(private_key("missing.pem").find("cannot be read (--key)"), std::string::npos);
  EXPECT_NE(error_of([] { PublicKey(fixture("key.pem"), "--key"); }).find("is a private key"),
            std::string::npos);
  EXPECT_NE(error_of([] { PublicKey(fixture("root.pem"), "--key"); }).find("holds no public key"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              certificates_of(fixture("key.pem"), "--certificate");
            }).find("holds no certificate"),
            std::string::npos);
}

TEST(Signing, trusts_what_leads_to_a_root_and_may_sign) {
  const auto certificates = [](const std::string& name) {
    return certificates_of(fixture(name), "--certificate");
  };
  const auto roots = certificates("root.pem");
  EXPECT_EQ(distrust(certificates("certificate.pem"), roots), "");
  EXPECT_EQ(distrust(certificates("not_for_signing.pem"), roots),
            "its certificate is not for signing");
  EXPECT_EQ(distrust(certificates("certificate.pem"), certificates("certificate.pem")),
            "unable to get local issuer certificate");
  EXPECT_NE(distrust({"no certificate"}, roots), "");
  EXPECT_EQ(subject_of_certificate(certificates("certificate.pem").front()),
            "CN = tsctl test signer");
  EXPECT_EQ(key_of_certificate(certificates("certificate.pem").front(), "x").fingerprint(),
            PublicKey(fixture("public.pem"), "--key").fingerprint());
}

}  // namespace
}  // namespace tsctl
