package io.unipin.model.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cause for which the engine can't load or compute, as its own words tell it. The engine has no
 * types for these causes, only texts of its libraries.
 */
public enum EngineFault {
  /** The libraries in use were built for the processor alone. */
  CPU_BUILD("from the 'CUDA' backend", "not linked with support for cuda", "ATen_cuda library"),
  NO_DRIVER(
      "Found no NVIDIA driver",
      "no CUDA-capable device is detected",
      "No CUDA GPUs are available",
      "CUDA driver initialization failed"),
  OLD_DRIVER("NVIDIA driver on your system is too old", "CUDA driver version is insufficient"),
  /** The library that joins Java and libtorch has no build of the flavour that was asked for. */
  WRONG_FLAVOUR("Cannot copy jni files", "PyTorch jni not found"),
  /** A library that libtorch needs is not there, or is another version. */
  MISSING_LIBRARY("cannot open shared object file", "undefined symbol", "' not found (required by"),
  NO_SUCH_CARD("invalid device ordinal"),
  /** The libraries have no code for the card. */
  OLD_CARD("no kernel image is available", "FlashAttention only supports"),
  /** The card's memory is full. The same call may succeed later. */
  OUT_OF_MEMORY(
      "CUDA out of memory",
      "CUDA error: out of memory",
      "CUDA driver error: out of memory",
      "CUBLAS_STATUS_ALLOC_FAILED"),
  /**
   * The card failed. No later call of this process can succeed, because CUDA then refuses all work
   * of the process.
   */
  LOST("CUDA error", "CUDA driver error", "CUBLAS_STATUS_", "CUDNN_STATUS_", "device-side assert"),
  /** Anything else. */
  OTHER;

  @SuppressWarnings("ImmutableEnumChecker") // the list can't be changed
  private final List<String> words;

  EngineFault(String... words) {
    this.words = List.of(words);
  }

  /** Returns the cause that a failure and the failures below it tell. */
  public static EngineFault of(Throwable failure) {
    for (EngineFault fault : values()) {
      if (fault.line(failure) != null) {
        return fault;
      }
    }
    return OTHER;
  }

  /** Returns the line in which the engine tells its failure: the one of the known cause, if any. */
  public static String words(Throwable failure) {
    String line = of(failure).line(failure);
    return line == null ? firstLine(failure) : line;
  }

  private @Nullable String line(Throwable failure) {
    int depth = 0;
    for (Throwable at = failure; at != null && depth < 20; at = at.getCause(), depth++) {
      for (String line : String.valueOf(at.getMessage()).lines().toList()) {
        if (words.stream().anyMatch(line::contains)) {
          return line.strip();
        }
      }
    }
    return null;
  }

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return message.lines().findFirst().orElse(message).strip();
  }
}
