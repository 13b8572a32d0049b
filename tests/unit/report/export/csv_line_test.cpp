#include "tsctl/report/export/csv_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

TEST(CsvLine, quotes_the_cells_that_need_it) {
  const std::vector<std::string> cells{"a", "b,c", "say \"d\"", "", "e\nf"};
  EXPECT_EQ(csv_line(cells), "a,\"b,c\",\"say \"\"d\"\"\",,\"e\nf\"\r\n");
}

}  // namespace
}  // namespace tsctl
