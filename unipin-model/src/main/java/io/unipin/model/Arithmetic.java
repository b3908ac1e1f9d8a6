package io.unipin.model;

import java.util.Locale;

/** The program's kinds of arithmetic, by its codes. */
enum Arithmetic {
  /** Float32 matrices as they are. */
  PLAIN(0),
  /** Float32 matrices in oneDNN's blocks. */
  BLOCKED(1),
  INT8(2),
  /** Plain, noting the ranges that int8 needs. */
  OBSERVING(3);

  private static final boolean X86 =
      System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("amd64");

  private final int code;

  Arithmetic(int code) {
    this.code = code;
  }

  static Arithmetic of(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> X86 ? BLOCKED : PLAIN;
      case INT8 -> INT8;
    };
  }

  int code() {
    return code;
  }
}
