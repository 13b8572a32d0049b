#include "tsctl/files/base64.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(Base64, is_that_of_rfc_4648) {
  for (const auto& [bytes, text] :
       {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="),
        std::pair("foo", "Zm9v"), std::pair("foobar", "Zm9vYmFy")}) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(from_base64(base64(std::string("\0\xff\0", 3))), std::string("\0\xff\0", 3));
}

TEST(Base64, refuses_other_text) {
  for (const char* text : {"Zg=", "Zg", "Z", "Zm8=Zm8=!", "Zm9v Zm9v", "----", "\n\n\n\n"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace tsctl
