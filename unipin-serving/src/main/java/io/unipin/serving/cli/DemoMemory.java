package io.unipin.serving.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.unipin.serving.ByteSize;
import io.unipin.serving.ConfigReader;
import io.unipin.serving.ServerConfig;
import java.lang.management.ManagementFactory;
import java.util.List;

/** The demo's server has the defaults where they fit into this machine, and less where they don't. */
final class DemoMemory {
  private DemoMemory() {}

  static List<String> settings() {
    HotSpotDiagnosticMXBean machine =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long set = Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
    return settings(set > 0 ? set : Runtime.getRuntime().maxMemory());
  }

  /** Half of the direct memory for the cache and an eighth for the rest of it, at most the defaults. */
  static List<String> settings(long direct) {
    ServerConfig defaults = ConfigReader.defaults();
    long budget = defaults.cache().budget().bytes();
    long transients = defaults.cache().transientBudget().bytes();
    if (budget + transients <= direct) {
      return List.of();
    }
    return List.of(
        "--set", "cache.budget=" + new ByteSize(direct / 2),
        "--set", "cache.transientBudget=" + new ByteSize(direct / 8));
  }
}
