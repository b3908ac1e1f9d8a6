package io.unipin.model;

import io.unipin.model.files.Program;
import java.util.Locale;

/**
 * The kinds of arithmetic in which the model's TorchScript program can compute. The program uses
 * the same names.
 */
enum Arithmetic {
  /** Float32 matrices in their plain layout. */
  PLAIN,
  /** Float32 matrices in oneDNN's blocked layout. */
  BLOCKED,
  INT8,
  /** Plain arithmetic that also records the input ranges that int8 needs. */
  OBSERVING,
  /** Float16 matrices in their plain layout. */
  HALF;

  private static final boolean X86 =
      System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("amd64");

  /** Returns the fastest kind of arithmetic for a precision on a device. */
  static Arithmetic of(Precision precision, EngineDevice device) {
    return switch (precision) {
      case FLOAT32 -> X86 && device.isCpu() ? BLOCKED : PLAIN;
      case FLOAT16 -> HALF;
      case INT8 -> INT8;
    };
  }

  int code() {
    return Program.number(name());
  }
}
