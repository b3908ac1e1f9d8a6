package io.unipin.serving.checks;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ByteSize;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * Computes how much memory outside the heap this process may use, and how much of it the cache may
 * have.
 */
public final class DirectMemory {
  private DirectMemory() {}

  /** Returns the bytes that this process may use outside the heap. */
  public static long maxBytes() {
    HotSpotDiagnosticMXBean machine =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long set = Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
    return set > 0 ? set : Runtime.getRuntime().maxMemory();
  }

  /**
   * Returns settings, as {@code key=value}, with which the cache fits into the memory. The list is
   * empty if the defaults fit. Otherwise cached users get half of the memory, and the state of
   * running requests gets an eighth. So at least a quarter of the memory is left for models.
   *
   * @param direct memory outside the heap in bytes
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
