package io.unipin.model.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reason why the engine can't load or compute. The engine's exceptions have no types for these
 * reasons, so this class finds the reason by the text of an exception's message.
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
  /**
   * The library that connects Java to libtorch has no build of the requested flavour. A flavour is
   * the processor or a version of CUDA.
   */
  WRONG_FLAVOUR("Cannot copy jni files", "PyTorch jni not found"),
  /** A library that libtorch needs is missing or damaged, or has the wrong version. */
  MISSING_LIBRARY(
      "cannot open shared object file",
      "undefined symbol",
      "' not found (required by",
      "file too short",
      "invalid ELF header",
      "wrong ELF class"),
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

  /** Finds the reason in the messages of a failure and of its causes. */
  public static EngineFault of(Throwable failure) {
    for (EngineFault fault : values()) {
      if (fault.line(failure) != null) {
        return fault;
      }
    }
    return OTHER;
  }

  /**
   * Returns the line of the messages in which a known reason was found. If there is no such line,
   * returns the first line of the failure's message.
   */
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
