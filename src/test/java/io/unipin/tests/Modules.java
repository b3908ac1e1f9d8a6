package io.unipin.tests;

import java.util.List;
import java.util.stream.Stream;

/** The Maven modules of UniPin, in the order in which they are built, without the tests. */
final class Modules {
  /** The modules of an image. */
  static final List<String> IMAGE =
      List.of("proto", "client", "kv-cache", "ann-index", "unipin-model", "unipin-serving", "cli");

  /** All modules. */
  static final List<String> ALL = Stream.concat(IMAGE.stream(), Stream.of("benchmarks")).toList();

  private Modules() {}
}
