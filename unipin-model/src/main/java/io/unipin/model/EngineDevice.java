package io.unipin.model;

import ai.djl.Device;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device on which the engine computes: the processor, or one of the machine's graphics cards.
 * Immutable.
 *
 * @param index number of the card, from 0, as CUDA counts the cards; 0 for the processor
 */
public record EngineDevice(Kind kind, int index) {
  /** The processor. */
  public static final EngineDevice CPU = new EngineDevice(Kind.CPU, 0);

  private static final Pattern CARD = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /** The kinds of devices. */
  public enum Kind {
    CPU,
    CUDA
  }

  public EngineDevice {
    if (index < 0 || (kind == Kind.CPU && index > 0)) {
      throw new IllegalArgumentException(
          "0 for the processor, at least 0 for a card expected, got " + kind + " " + index);
    }
  }

  /** Returns the card with a number. */
  public static EngineDevice cuda(int index) {
    return new EngineDevice(Kind.CUDA, index);
  }

  /**
   * Returns the device with a name: {@code cpu}, {@code cuda} (the first card) or {@code cuda:N}.
   *
   * @throws IllegalArgumentException when no device has such a name
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static EngineDevice parse(String name) {
    if (name.equals("cpu")) {
      return CPU;
    }
    Matcher card = CARD.matcher(name);
    if (!card.matches()) {
      throw new IllegalArgumentException("cpu, cuda or cuda:N expected, got " + name);
    }
    return cuda(card.group(1) == null ? 0 : Integer.parseInt(card.group(1)));
  }

  public boolean isCpu() {
    return kind == Kind.CPU;
  }

  /** Returns the engine's name for the device. */
  public Device djl() {
    return isCpu() ? Device.cpu() : Device.gpu(index);
  }

  /** Returns the name that {@link #parse} takes: {@code cpu}, {@code cuda} or {@code cuda:N}. */
  @JsonValue
  @Override
  public String toString() {
    if (isCpu()) {
      return "cpu";
    }
    return index == 0 ? "cuda" : "cuda:" + index;
  }
}
