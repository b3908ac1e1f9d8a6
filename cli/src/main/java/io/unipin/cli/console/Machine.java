package io.unipin.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The machine and the software versions on which figures were measured. */
public record Machine(
    String cpu, int cores, String memory, String jdk, String libtorch, String faiss) {
  private static final Pattern FAISS_VERSION =
      Pattern.compile("#define FAISS_VERSION_(MAJOR|MINOR|PATCH) (\\d+)");

  public static Machine describe() {
    return new Machine(
        findCpu(),
        Runtime.getRuntime().availableProcessors(),
        findMemory(),
        System.getProperty("java.vm.version"),
        findLibtorch(),
        findFaiss());
  }

  /** Returns the commit of the sources. Appends {@code +} if the sources differ from the commit. */
  static String git(Path root) {
    String commit = output(root, "git", "rev-parse", "--short=12", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    return output(root, "git", "status", "--porcelain", "-uno").isEmpty() ? commit : commit + "+";
  }

  private static String findCpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /**
   * Returns the number of bytes of memory that are still free for programs. If this number is
   * unknown, returns the size of the whole memory.
   */
  public static long freeBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(Runtime.getRuntime().maxMemory());
    } catch (IOException e) {
      return Runtime.getRuntime().maxMemory();
    }
  }

  private static String findMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.round(system.getTotalMemorySize() / (double) (1 << 30)) + " GiB"
        : "unknown";
  }

  private static String findLibtorch() {
    try (InputStream stream = Machine.class.getResourceAsStream("/native/lib/pytorch.properties")) {
      if (stream == null) {
        return "unknown";
      }
      Properties properties = new Properties();
      properties.load(stream);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String findFaiss() {
    try {
      Matcher matcher =
          FAISS_VERSION.matcher(Files.readString(Path.of("/usr/include/faiss/Index.h")));
      StringBuilder version = new StringBuilder();
      while (matcher.find()) {
        version.append(version.isEmpty() ? "" : ".").append(matcher.group(2));
      }
      return version.isEmpty() ? "unknown" : version.toString();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String output(Path folder, String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? text.trim() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
