package io.unipin.cli.loadtest;

/** How sessions begin: at random times, independent of each other, or at equal distances. */
public enum Arrivals {
  POISSON,
  CONSTANT
}
