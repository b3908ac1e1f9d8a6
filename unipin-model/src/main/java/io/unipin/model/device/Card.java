package io.unipin.model.device;

import java.util.Locale;

/**
 * A graphics card of the machine.
 *
 * @param capability compute capability, which tells what the card can do: ten times the major
 *     number plus the minor number, so 90 stands for 9.0
 * @param bytes size of the card's memory
 */
public record Card(String name, int capability, long bytes) {
  /** The smallest capability for which the engine's attention kernels exist. */
  public static final int LEAST_CAPABILITY = 80;

  /** Returns the capability as NVIDIA writes it, such as {@code 9.0}. */
  public String capabilityText() {
    return text(capability);
  }

  static String text(int capability) {
    return capability / 10 + "." + capability % 10;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, compute capability %s, %.1f GiB",
        name,
        capabilityText(),
        bytes / (double) (1L << 30));
  }
}
