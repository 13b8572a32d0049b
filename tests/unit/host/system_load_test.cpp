#include "tsctl/host/system_load.h"

#include <gtest/gtest.h>

#include <string>

#include "host/made_up_root.h"

namespace tsctl {
namespace {

// A machine with the files that the system load is read from.
class Host : public MadeUpRoot {
 public:
  void set(int waited_us, const std::string& ticks, int throttled_us, int switches = 0) const {
    write("proc/pressure/cpu", "some avg10=1.00 avg60=1.00 avg300=1.00 total=" +
                                   std::to_string(waited_us) + "\nfull avg10=0.00 total=7\n");
    write("proc/stat", "cpu  " + ticks + " 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\nctxt " +
                           std::to_string(switches) + "\nbtime 7\n");
    write("sys/fs/cgroup/job/cpu.stat",
          "usage_usec 5\nthrottled_usec " + std::to_string(throttled_us) + "\n");
    write("proc/self/cgroup", "0::/job\n");
    write("proc/loadavg", "0.75 0.50 0.25 1/100 4242\n");
  }
};

TEST(Noise, is_what_grew_between_two_readings) {
  const Host host;
  host.set(1'000'000, "100 0 50 800 0 0 0 50", 0);
  const LoadReading before = read_system_load(10.0, host.path());
  host.set(3'000'000, "200 0 100 1400 50 0 0 250", 500'000, 4321);
  const LoadReading after = read_system_load(20.0, host.path());
  const SystemLoad load = load_between(before, after);
  EXPECT_DOUBLE_EQ(load.cpu_pressure.value(), 0.2);
  EXPECT_DOUBLE_EQ(load.steal.value(), 0.2);
  EXPECT_DOUBLE_EQ(load.throttled_s.value(), 0.5);
  EXPECT_EQ(load.context_switches.value(), 4321);
  EXPECT_DOUBLE_EQ(load.load_before.value(), 0.75);
  EXPECT_DOUBLE_EQ(busy_between(before, after).value(), 0.35);
}

TEST(Noise, leaves_empty_what_the_system_does_not_tell) {
  const Host host;
  const LoadReading before = read_system_load(0.0, host.path());
  const LoadReading after = read_system_load(1.0, host.path());
  const SystemLoad load = load_between(before, after);
  EXPECT_FALSE(load.cpu_pressure || load.io_pressure || load.steal || load.throttled_s);
  EXPECT_FALSE(load.load_before || load.context_switches);
  EXPECT_FALSE(busy_between(before, after));
}

TEST(Noise, adds_up_what_the_groups_around_the_own_one_throttle) {
  const Host host;
  host.set(0, "1 0 0 1 0 0 0 0", 500'000);
  host.write("sys/fs/cgroup/cpu.stat", "throttled_usec 250000\n");
  EXPECT_DOUBLE_EQ(read_system_load(0.0, host.path()).throttled_s.value(), 0.75);
}

TEST(Noise, reads_throttling_in_nanoseconds_from_version_1_of_control_groups) {
  const Host host;
  host.write("proc/self/cgroup", "5:cpu,cpuacct:/job\n0::/\n");
  host.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.stat",
             "nr_periods 10\nnr_throttled 2\nthrottled_time 1500000000\n");
  EXPECT_DOUBLE_EQ(read_system_load(0.0, host.path()).throttled_s.value(), 1.5);
}

TEST(Noise, does_not_divide_by_no_time) {
  const Host host;
  host.set(1'000'000, "100 0 50 800 0 0 0 50", 0);
  const LoadReading reading = read_system_load(10.0, host.path());
  EXPECT_FALSE(load_between(reading, reading).cpu_pressure);
  EXPECT_FALSE(busy_between(reading, reading));
}

}  // namespace
}  // namespace tsctl
