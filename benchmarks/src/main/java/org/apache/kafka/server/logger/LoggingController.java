package org.apache.kafka.server.logger;

import java.util.List;
import java.util.Map;

/**
 * Replaces the broker's class of this name. The original changes the levels of log4j at run time,
 * and cannot be loaded without log4j. Benchmarks and tests run the broker with another logger, and
 * never change log levels.
 */
public final class LoggingController implements LoggingControllerMBean {
  public static final String ROOT_LOGGER = "root";

  public static Map<String, String> loggers() {
    return Map.of();
  }

  public static boolean logLevel(String logger, String level) {
    return false;
  }

  public static boolean unsetLogLevel(String logger) {
    return false;
  }

  public static boolean loggerExists(String logger) {
    return false;
  }

  @Override
  public List<String> getLoggers() {
    return List.of();
  }

  @Override
  public String getLogLevel(String logger) {
    return "";
  }

  @Override
  public boolean setLogLevel(String logger, String level) {
    return false;
  }
}
