#include "tsctl/worker/noise.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tsctl {
namespace {

namespace fs = std::filesystem;

// A root folder with the files that noise is read from.
class Host {
 public:
  Host() : root_(fs::path(testing::TempDir()) / "tsctl_noise_host") {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~Host() { fs::remove_all(root_); }

  void write(const fs::path& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  void set(int waited_us, const std::string& ticks, int throttled_us) const {
    write("proc/pressure/cpu", "some avg10=1.00 avg60=1.00 avg300=1.00 total=" +
                                   std::to_string(waited_us) + "\nfull avg10=0.00 total=7\n");
    write("proc/stat", "cpu  " + ticks + " 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n");
    write("sys/fs/cgroup/job/cpu.stat",
          "usage_usec 5\nthrottled_usec " + std::to_string(throttled_us) + "\n");
    write("proc/self/cgroup", "0::/job\n");
    write("proc/loadavg", "0.75 0.50 0.25 1/100 4242\n");
  }

  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

TEST(Noise, is_what_grew_between_two_readings) {
  const Host host;
  host.set(1'000'000, "100 0 50 800 0 0 0 50", 0);
  const NoiseReading before = read_noise(10.0, host.root());
  host.set(3'000'000, "200 0 100 1400 50 0 0 250", 500'000);
  const NoiseReading after = read_noise(20.0, host.root());
  const NoiseInfo noise = noise_between(before, after);
  EXPECT_DOUBLE_EQ(noise.cpu_pressure.value(), 0.2);
  EXPECT_DOUBLE_EQ(noise.steal.value(), 0.2);
  EXPECT_DOUBLE_EQ(noise.throttled_s.value(), 0.5);
  EXPECT_DOUBLE_EQ(noise.load_before.value(), 0.75);
  EXPECT_DOUBLE_EQ(busy_between(before, after).value(), 0.35);
}

TEST(Noise, leaves_empty_what_the_system_does_not_tell) {
  const Host host;
  const NoiseReading before = read_noise(0.0, host.root());
  const NoiseReading after = read_noise(1.0, host.root());
  const NoiseInfo noise = noise_between(before, after);
  EXPECT_FALSE(noise.cpu_pressure || noise.io_pressure || noise.steal || noise.throttled_s);
  EXPECT_FALSE(noise.load_before);
  EXPECT_FALSE(busy_between(before, after));
}

TEST(Noise, does_not_divide_by_no_time) {
  const Host host;
  host.set(1'000'000, "100 0 50 800 0 0 0 50", 0);
  const NoiseReading reading = read_noise(10.0, host.root());
  EXPECT_FALSE(noise_between(reading, reading).cpu_pressure);
  EXPECT_FALSE(busy_between(reading, reading));
}

}  // namespace
}  // namespace tsctl
