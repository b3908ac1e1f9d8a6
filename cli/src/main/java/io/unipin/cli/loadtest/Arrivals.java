package io.unipin.cli.loadtest;

/** The way in which sessions begin: at independent random times or at equal intervals. */
public enum Arrivals {
  POISSON,
  CONSTANT
}
