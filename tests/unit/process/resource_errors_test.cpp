#include "tsctl/process/resource_errors.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

constexpr std::int64_t kLimit = std::int64_t{2} << 30;

TEST(ResourceError, of_memory_names_the_limit_and_the_flag_that_raises_it) {
  for (const char* text :
       {"DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes",
        "the worker process ran out of memory", "std::bad_alloc", "MemoryError"}) {
    const auto error = resource_error(text, "it failed", kLimit, "a traceback");
    ASSERT_TRUE(error.has_value()) << text;
    EXPECT_EQ(error->kind(), ErrorKind::execution);
    EXPECT_STREQ(error->what(), "it failed");
    EXPECT_NE(error->hint().find("2.00 GiB"), std::string::npos) << error->hint();
    EXPECT_NE(error->hint().find("--memory"), std::string::npos);
    EXPECT_EQ(error->detail(), "a traceback");
  }
}

TEST(ResourceError, of_memory_is_none_without_a_limit_and_of_a_gpu) {
  EXPECT_FALSE(resource_error("std::bad_alloc", "it failed", 0).has_value());
  EXPECT_FALSE(resource_error("CUDA out of memory", "it failed", kLimit).has_value());
}

TEST(ResourceError, of_the_system_is_an_error_of_the_environment) {
  struct Case {
    const char* text;
    const char* hint;
  };
  for (const Case& expected :
       {Case{"Resource temporarily unavailable", "ulimit -u"},
        Case{"RuntimeError: can't start new thread", "ulimit -u"},
        Case{"Too many open files", "ulimit -n"}, Case{"File too large", "ulimit -f"},
        Case{"No space left on device", "make room"}}) {
    const auto error = resource_error(expected.text, "it failed", 0);
    ASSERT_TRUE(error.has_value()) << expected.text;
    EXPECT_EQ(error->kind(), ErrorKind::environment);
    EXPECT_NE(error->hint().find(expected.hint), std::string::npos) << error->hint();
  }
}

TEST(ResourceError, is_none_for_any_other_text) {
  EXPECT_FALSE(resource_error("size mismatch", "it failed", kLimit).has_value());
}

}  // namespace
}  // namespace tsctl
