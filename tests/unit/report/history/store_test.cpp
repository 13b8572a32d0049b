#include "tsctl/report/history/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "support/thrown_error.h"
#include "tsctl/report/history/packed_text.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/json/history_document.h"

namespace tsctl {
namespace {

using Open = history::Database::Open;

// A report of two arms.
Report report(const std::string& model, double speedup) {
  BenchResult bench;
  bench.device = "cpu";
  bench.arms = {{.label = "pinned", .outputs = ArmOutputs::reference, .median_s = 0.001},
                {.label = "new", .outputs = ArmOutputs::same, .median_s = 0.001 / speedup}};
  bench.pairs = {{.base = "pinned",
                  .arm = "new",
                  .speedup = speedup,
                  .speedup_low = speedup * 0.99,
                  .speedup_high = speedup * 1.01}};
  Report result;
  result.model.path = model;
  result.bench = bench;
  return result;
}

HistoryEntry entry(const std::string& digest, int day, const Report& content) {
  return {.digest = digest,
          .time = fmt::format("2026-05-{:02}T02:00:00Z", day),
          .document = document_from_report(content)};
}

class Store : public testing::Test {
 protected:
  Store() {
    std::string name = (std::filesystem::path(testing::TempDir()) / "tsctl-store-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/h.db";
  }
  ~Store() override { std::filesystem::remove_all(folder_); }

  std::string folder_ = {};
  std::string path_ = {};
};

TEST_F(Store, keeps_nights_in_the_order_of_their_times) {
  HistoryStore store(path_, Open::create);
  EXPECT_EQ(store.add({entry("b", 2, report("m", 1.2)), entry("a", 1, report("m", 1.1))}),
            (std::vector<bool>{true, true}));
  const std::vector<HistorySeries> all = store.series({});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].arm, "pinned");
  EXPECT_EQ(all[0].base, "");
  EXPECT_EQ(all[1].arm, "new");
  EXPECT_EQ(all[1].base, "pinned");
  ASSERT_EQ(all[1].nights.size(), 2U);
  EXPECT_EQ(all[1].nights[0].time, "2026-05-01T02:00:00Z");
  EXPECT_DOUBLE_EQ(all[1].nights[0].speedup.value(), 1.1);
  EXPECT_DOUBLE_EQ(all[1].nights[1].speedup_low.value(), 1.2 * 0.99);
  EXPECT_FALSE(all[0].nights[0].speedup.has_value());
}

TEST_F(Store, adds_a_digest_once_also_after_it_was_opened_again) {
  { HistoryStore(path_, Open::create).add({entry("a", 1, report("m", 1.1))}); }
  HistoryStore store(path_, Open::existing);
  EXPECT_EQ(store.add({entry("a", 1, report("m", 1.1)), entry("b", 2, report("m", 1.1))}),
            (std::vector<bool>{false, true}));
  EXPECT_EQ(store.report_count(), 2);
}

TEST_F(Store, adds_nothing_if_one_report_cannot_be_read) {
  HistoryStore store(path_, Open::create);
  HistoryEntry bad = entry("b", 2, report("m", 1.2));
  bad.document = "{}";
  EXPECT_EQ(thrown_error([&] {
              store.add({entry("a", 1, report("m", 1.1)), bad});
            }).kind(),
            ErrorKind::input);
  EXPECT_EQ(store.report_count(), 0);
  EXPECT_TRUE(store.series({}).empty());
}

TEST_F(Store, filters_by_model_arm_time_and_number) {
  HistoryStore store(path_, Open::create);
  store.add({entry("a", 1, report("m", 1.1)), entry("b", 2, report("m", 1.2)),
             entry("c", 3, report("other", 1.3))});
  EXPECT_EQ(store.series({.model = "m"}).size(), 2U);
  EXPECT_EQ(store.series({.model = "m' OR '1'='1"}).size(), 0U);
  EXPECT_EQ(store.series({.arm = "new"}).size(), 2U);
  EXPECT_EQ(store.series({.arm = "new", .since = "2026-05-03"}).at(0).model, "other");
  EXPECT_EQ(store.series({.model = "m", .arm = "new", .last = 1}).at(0).nights.at(0).report, "b");
  EXPECT_EQ(store.documents({.model = "m"}).size(), 2U);
  EXPECT_EQ(store.documents({.last = 1}).size(), 2U);  // of each series
}

TEST_F(Store, gives_back_the_documents_as_they_were) {
  HistoryStore store(path_, Open::create);
  const HistoryEntry one = entry("a", 1, report("m", 1.1));
  store.add({one});
  EXPECT_EQ(store.documents({}), std::vector<std::string>{one.document});
}

TEST_F(Store, a_given_name_replaces_the_models) {
  HistoryStore store(path_, Open::create);
  HistoryEntry one = entry("a", 1, report("/tmp/build-17/m.pt", 1.1));
  one.model = "m";
  store.add({one});
  EXPECT_EQ(store.series({.model = "m"}).size(), 2U);
}

TEST_F(Store, arms_of_another_device_or_baseline_are_another_series) {
  HistoryStore store(path_, Open::create);
  Report on_gpu = report("m", 1.2);
  on_gpu.bench->device = "cuda:0";
  Report other_base = report("m", 1.3);
  other_base.bench->pairs[0].base = "eager";
  store.add({entry("a", 1, report("m", 1.1)), entry("b", 2, on_gpu), entry("c", 3, other_base)});
  EXPECT_EQ(store.series({.arm = "new"}).size(), 3U);
}

TEST_F(Store, a_writer_waits_for_another) {
  HistoryStore first(path_, Open::create);
  HistoryStore second(path_, Open::existing);
  first.add({entry("a", 1, report("m", 1.1))});
  second.add({entry("b", 2, report("m", 1.1))});
  first.add({entry("c", 3, report("m", 1.1))});
  EXPECT_EQ(second.report_count(), 3);
}

TEST_F(Store, refuses_a_missing_file_unless_it_may_create_one) {
  EXPECT_EQ(thrown_error([&] { HistoryStore(path_, Open::existing); }).kind(),
            ErrorKind::environment);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Store, refuses_an_empty_file_where_a_history_must_be) {
  std::ofstream(path_).close();
  EXPECT_EQ(thrown_error([&] { HistoryStore(path_, Open::existing); }).kind(), ErrorKind::input);
  EXPECT_EQ(HistoryStore(path_, Open::create).report_count(), 0);
}

TEST(PackedText, is_smaller_and_comes_back) {
  const std::string text(100'000, 'a');
  const std::string bytes = history::packed(text);
  EXPECT_LT(bytes.size(), 1000U);
  EXPECT_EQ(history::unpacked(bytes, 100'000, "h.db"), text);
  EXPECT_EQ(history::unpacked(history::packed(""), 0, "h.db"), "");
}

TEST(PackedText, refuses_bytes_that_do_not_give_the_stated_text) {
  const std::string bytes = history::packed("a report");
  for (const std::int64_t size : {std::int64_t{-1}, std::int64_t{7}, std::int64_t{9},
                                  std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(thrown_error([&] { history::unpacked(bytes, size, "h.db"); }).kind(),
              ErrorKind::input);
  }
  EXPECT_EQ(thrown_error([&] { history::unpacked("xyz", 3, "h.db"); }).kind(), ErrorKind::input);
}

TEST(CanonicalDocument, is_the_same_for_the_same_content) {
  EXPECT_EQ(canonical_document("{\"b\": 1,\n \"a\": [1.50, \"x\"]}", "r.json"),
            canonical_document("{\"a\":[1.5,\"x\"],\"b\":1}", "r.json"));
  EXPECT_NE(canonical_document("{\"a\": 1}", "r.json"), canonical_document("{\"a\": 2}", "r.json"));
}

TEST(CanonicalDocument, refuses_what_is_no_json_or_nested_too_deep) {
  EXPECT_EQ(thrown_error([] { canonical_document("{", "r.json"); }).kind(), ErrorKind::input);
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_EQ(thrown_error([&] { canonical_document(deep, "r.json"); }).kind(), ErrorKind::input);
}

}  // namespace
}  // namespace tsctl
