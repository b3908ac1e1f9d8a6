package io.unipin.tests;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts the reachable objects of this JVM. */
final class LiveObjects {
  private LiveObjects() {}

  /** Returns the number of instances of a class after a full garbage collection. */
  static long count(String className) throws JMException {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .map(line -> line.trim().split("\\s+"))
        .filter(columns -> columns.length >= 4 && columns[3].equals(className))
        .mapToLong(columns -> Long.parseLong(columns[1]))
        .sum();
  }

  /**
   * Returns the number of objects of DJL that own native memory: arrays, and the managers of
   * arrays.
   */
  static long arrays() throws JMException {
    long total = 0;
    for (String name : Arrays.asList("PtNDArray", "PtNDManager")) {
      total += count("ai.djl.pytorch.engine." + name);
    }
    return total;
  }
}
