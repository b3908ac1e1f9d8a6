package io.unipin.model.device;

import io.unipin.model.EngineDevice;
import io.unipin.model.engine.EngineFault;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that the engine computes on a device. The check loads the engine and multiplies two small
 * matrices on the device. A check that fails says in one line what the device lacks.
 */
public final class DeviceCheck {
  /** Rows and columns of the checked product. */
  private static final int SIZE = 64;

  /**
   * Largest accepted difference between a number of the device's product and the same number of the
   * processor's product. A card may round the inputs of a product to ten bits (TF32).
   */
  private static final float TOLERANCE = 0.1f;

  /** Finds the name of a library that the system's loader did not find. */
  private static final Pattern MISSING =
      Pattern.compile("([^\\s:]+): cannot open shared object file");

  private static final String SETUP = "; run ./unipin gpu setup";

  private final Probe probe;
  private final Map<String, String> environment;

  /**
   * The operations of the machine that the check needs. Every method may throw the engine's
   * exceptions.
   */
  interface Probe {
    DeviceReport report();

    /** Returns the cards that the driver knows; none if there is no working driver. */
    List<Card> cards();

    /** Returns the product of two fixed matrices (size, size), computed on a device. */
    float[] product(EngineDevice device, int size);
  }

  DeviceCheck(Probe probe, Map<String, String> environment) {
    this.probe = probe;
    this.environment = environment;
  }

  /**
   * Checks a device of this machine.
   *
   * @throws DeviceException when the engine can't compute there; the message is one line
   */
  public static void require(EngineDevice device) {
    new DeviceCheck(new EngineProbe(), System.getenv()).run(device);
  }

  /**
   * Returns what is known about the engine's libraries and about the machine's cards.
   *
   * @throws DeviceException when the engine's libraries can't be loaded
   */
  public static DeviceReport report() {
    EngineProbe probe = new EngineProbe();
    try {
      return probe.report();
    } catch (RuntimeException | LinkageError e) {
      throw new DeviceCheck(probe, System.getenv()).refused("the engine", 0, e);
    }
  }

  /**
   * Returns the largest difference between the numbers of a product on a device and on the
   * processor.
   *
   * @param size rows and columns of the matrices, which hold numbers between -1 and 1
   * @throws DeviceException when the engine can't compute there
   */
  public static float difference(EngineDevice device, int size) {
    return new DeviceCheck(new EngineProbe(), System.getenv()).distance(device, size);
  }

  void run(EngineDevice device) {
    float distance = distance(device, SIZE);
    if (!(distance <= TOLERANCE)) { // false if a number is NaN
      throw new DeviceException(
          "the processor's product to %s expected on %s, got a difference of %s"
              .formatted(TOLERANCE, device, distance));
    }
    if (!device.isCpu()) {
      requireCapability(device);
    }
  }

  private float distance(EngineDevice device, int size) {
    try {
      float[] expected = probe.product(EngineDevice.CPU, size);
      float[] got = device.isCpu() ? expected : probe.product(device, size);
      float distance = 0;
      for (int i = 0; i < expected.length; i++) {
        distance = Math.max(distance, Math.abs(expected[i] - got[i]));
      }
      return distance;
    } catch (RuntimeException | LinkageError e) {
      throw refused(device.toString(), device.index(), e);
    }
  }

  private void requireCapability(EngineDevice device) {
    List<Card> cards = probe.cards();
    if (device.index() < cards.size()) {
      Card card = cards.get(device.index());
      if (card.capability() < Card.LEAST_CAPABILITY) {
        throw new DeviceException(
            "a card of compute capability %s or more expected for %s, got %s (%s)"
                .formatted(
                    Card.text(Card.LEAST_CAPABILITY), device, card.capabilityText(), card.name()));
      }
    }
  }

  private DeviceException refused(String device, int index, Throwable failure) {
    String words = EngineFault.words(failure);
    String line =
        switch (EngineFault.of(failure)) {
          case CPU_BUILD ->
              "a CUDA build of libtorch expected for %s, got the build for processors"
                  .formatted(device)
                  .concat(SETUP);
          case NO_DRIVER ->
              "an NVIDIA driver with a card expected for %s, found none; does nvidia-smi list it?"
                  .formatted(device);
          case OLD_DRIVER -> "a newer NVIDIA driver expected for %s: %s".formatted(device, words);
          case WRONG_FLAVOUR ->
              "PYTORCH_FLAVOR cpu or cu128 expected, got %s"
                  .formatted(environment.getOrDefault("PYTORCH_FLAVOR", "none"))
                  .concat(SETUP);
          case MISSING_LIBRARY -> missing(device, words) + SETUP;
          case NO_SUCH_CARD -> noSuchCard(device, index);
          case OLD_CARD ->
              "a card of compute capability %s or more expected for %s: %s"
                  .formatted(Card.text(Card.LEAST_CAPABILITY), device, words);
          case OUT_OF_MEMORY ->
              "free memory on the card expected for %s: %s".formatted(device, words);
          case LOST, OTHER -> "the engine can't compute on %s: %s".formatted(device, words);
        };
    return new DeviceException(line, failure);
  }

  private static String missing(String device, String words) {
    Matcher library = MISSING.matcher(words);
    return library.find()
        ? "the library %s expected for %s, not found".formatted(library.group(1), device)
        : "libraries that fit together expected for %s: %s".formatted(device, words);
  }

  private String noSuchCard(String device, int index) {
    int count = probe.cards().size();
    return count == 0
        ? "a card with the number %s expected for %s, found none".formatted(index, device)
        : "cuda:0 to cuda:%s expected, got %s".formatted(count - 1, device);
  }
}
