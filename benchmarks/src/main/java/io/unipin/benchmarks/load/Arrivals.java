package io.unipin.benchmarks.load;

/** How sessions begin: at random times, independent of each other, or at equal distances. */
enum Arrivals {
  POISSON,
  CONSTANT
}
