package io.unipin.model.device;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks NVIDIA's driver about the machine's cards, through the driver's own library. Every driver
 * includes this library, so no other library of CUDA needs to be installed.
 */
final class CudaDriver {
  private static final String LIBRARY = "libcuda.so.1";
  private static final Path VERSION_FILE = Path.of("/proc/driver/nvidia/version");
  private static final Pattern VERSION = Pattern.compile("\\b(\\d{3,4}\\.\\d+(?:\\.\\d+)?)\\b");
  private static final int MAJOR = 75;
  private static final int MINOR = 76;
  private static final int NAME_BYTES = 256;

  private CudaDriver() {}

  /** A call of the driver that failed, with the driver's error number. */
  private static final class CallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CallException(String call, int code) {
      super(call + " failed with " + code);
    }
  }

  /**
   * Returns the cards in the order of CUDA's numbers. The list is empty if there is no working
   * driver.
   */
  static List<Card> cards() {
    try {
      call("cuInit", 0);
      IntByReference count = new IntByReference();
      call("cuDeviceGetCount", count);
      List<Card> cards = new ArrayList<>();
      for (int i = 0; i < count.getValue(); i++) {
        cards.add(card(i));
      }
      return List.copyOf(cards);
    } catch (UnsatisfiedLinkError | CallException e) {
      return List.of();
    }
  }

  private static Card card(int index) {
    IntByReference device = new IntByReference();
    call("cuDeviceGet", device, index);
    IntByReference major = new IntByReference();
    call("cuDeviceGetAttribute", major, MAJOR, device.getValue());
    IntByReference minor = new IntByReference();
    call("cuDeviceGetAttribute", minor, MINOR, device.getValue());
    LongByReference bytes = new LongByReference();
    call("cuDeviceTotalMem_v2", bytes, device.getValue());
    try (Memory name = new Memory(NAME_BYTES)) {
      call("cuDeviceGetName", name, NAME_BYTES, device.getValue());
      return new Card(
          name.getString(0, StandardCharsets.UTF_8.name()),
          10 * major.getValue() + minor.getValue(),
          bytes.getValue());
    }
  }

  private static void call(String name, Object... arguments) {
    int code = Function.getFunction(LIBRARY, name).invokeInt(arguments);
    if (code != 0) {
      throw new CallException(name, code);
    }
  }

  /** Returns the driver's version, such as {@code 550.54.14}; empty if there is no driver. */
  static Optional<String> version() {
    try {
      return version(Files.readString(VERSION_FILE));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<String> version(String text) {
    Matcher matcher = VERSION.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
