#include "tsctl/core/stats/alias_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tsctl {
namespace {

constexpr int kDraws = 200'000;

std::vector<double> drawn_shares(const std::vector<double>& probabilities) {
  const AliasTable table(probabilities);
  std::mt19937_64 random(7);
  std::vector<double> shares(probabilities.size(), 0.0);
  for (int i = 0; i < kDraws; ++i) shares.at(table.draw(random)) += 1.0 / kDraws;
  return shares;
}

TEST(AliasTable, draws_each_outcome_with_its_probability) {
  for (const std::vector<double>& probabilities :
       {std::vector<double>{1.0}, std::vector<double>{0.5, 0.0, 0.3, 0.15, 0.05},
        std::vector<double>{0.01, 0.01, 0.01, 0.97}, std::vector<double>(50, 0.02)}) {
    const std::vector<double> shares = drawn_shares(probabilities);
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      // Five standard errors.
      const double p = probabilities[i];
      EXPECT_NEAR(shares[i], p, 5.0 * std::sqrt(p * (1.0 - p) / kDraws) + 1e-9) << i;
    }
  }
}

}  // namespace
}  // namespace tsctl
