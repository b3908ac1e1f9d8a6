package io.unipin.serving.checks;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ByteSize;
import java.lang.management.ManagementFactory;
import java.util.List;

/** How much memory outside the heap this process may take, and what of it a server's cache may have. */
public final class DirectMemory {
  private DirectMemory() {}

  /** Bytes that this process may take outside the heap. */
  public static long maxBytes() {
    HotSpotDiagnosticMXBean machine =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long set = Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
    return set > 0 ? set : Runtime.getRuntime().maxMemory();
  }

  /**
   * Settings under which the cache fits and a quarter is left for models: none where the defaults do, else half of the
   * memory for users and an eighth for work in progress.
   *
   * @param direct bytes outside the heap
   */
  public static List<String> settingsThatFit(long direct) {
    ServerConfig defaults = ConfigReader.defaults();
    long budget = defaults.cache().budget().bytes();
    long transients = defaults.cache().transientBudget().bytes();
    if (budget + transients <= direct - direct / 4) {
      return List.of();
    }
    return List.of(
        "cache.budget=" + new ByteSize(direct / 2),
        "cache.transientBudget=" + new ByteSize(direct / 8));
  }
}
