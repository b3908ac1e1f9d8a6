package io.unipin.cli.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks processor, threads and memory. The result depends only on the files in which Linux
 * describes the machine.
 */
final class Machinery {
  private static final Set<String> AVX2 = Set.of("avx2", "fma", "f16c");
  private static final Set<String> AVX512 = Set.of("avx512f", "avx512bw", "avx512dq", "avx512vl");
  private static final long GIB = 1L << 30;
  private static final int FEW_CORES = 2;

  private final Sight sight;

  Machinery(Sight sight) {
    this.sight = sight;
  }

  List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    checks.add(processor());
    checks.add(kernels());
    checks.add(threads());
    checks.add(hugePages());
    checks.add(memory());
    checks.add(swap());
    return checks;
  }

  private Set<String> flags() {
    return Arrays.stream(sight.value("proc/cpuinfo", "flags").split(" ", -1))
        .filter(flag -> !flag.isEmpty())
        .collect(Collectors.toSet());
  }

  private Check processor() {
    String name = sight.value("proc/cpuinfo", "model name");
    if (name.isEmpty()) {
      return Check.slower(
          "processor", "unknown", "/proc/cpuinfo can't be read, so features are unknown");
    }
    List<String> features = new ArrayList<>();
    Set<String> flags = flags();
    for (String feature :
        List.of(
            "avx2",
            "fma",
            "f16c",
            "avx512f",
            "avx512_vnni",
            "avx512_bf16",
            "amx_int8",
            "amx_bf16")) {
      if (flags.contains(feature)) {
        features.add(feature);
      }
    }
    return Check.ok("processor", name + ": " + String.join(" ", features));
  }

  private Check kernels() {
    Set<String> flags = flags();
    boolean avx2 = flags.containsAll(AVX2);
    if (avx2 && flags.containsAll(AVX512)) {
      return Check.ok(
          "kernels",
          "AVX-512 of the index search; the engine chooses its own by the same features");
    }
    return avx2
        ? Check.slower(
            "kernels",
            "AVX2 of the index search",
            "the processor lacks AVX-512: searches read half as many numbers per instruction")
        : Check.slower(
            "kernels",
            "portable loops of the index search",
            "the processor lacks AVX2, FMA or F16C: searches take several times as long;"
                + " in a virtual machine pass the host's processor through");
  }

  private Check threads() {
    long cores =
        sight
            .text("proc/cpuinfo")
            .orElse("")
            .lines()
            .filter(l -> l.startsWith("processor"))
            .count();
    String quota = sight.text("sys/fs/cgroup/cpu.max").orElse("max");
    String found = cores + " cores";
    String[] parts = quota.split(" ", -1);
    if (parts.length == 2 && !parts[0].equals("max")) {
      double allowed = Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]);
      found += String.format(Locale.ROOT, ", of which the container may use %.1f", allowed);
      if (allowed < cores) {
        return Check.slower(
            "threads",
            found,
            "threads that exceed the quota are paused for parts of each tenth of a second;"
                + " give whole cores, such as --cpuset-cpus");
      }
    }
    return cores < FEW_CORES
        ? Check.slower("threads", found, "requests, training and the collector share one core")
        : Check.ok("threads", found);
  }

  private Check hugePages() {
    String mode = sight.text("sys/kernel/mm/transparent_hugepage/enabled").orElse("");
    if (mode.contains("[always]") || mode.contains("[madvise]")) {
      return Check.ok("huge pages", mode);
    }
    return Check.slower(
        "huge pages",
        mode.isEmpty() ? "unknown" : mode,
        "reads of large caches and indexes look up four-kilobyte pages;"
            + " echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
  }

  private long kilobytes(String key) {
    String digits = sight.value("proc/meminfo", key).replaceAll("[^0-9]", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  private Check memory() {
    long total = kilobytes("MemTotal:") << 10;
    long free = kilobytes("MemAvailable:") << 10;
    String limit = sight.text("sys/fs/cgroup/memory.max").orElse("max");
    if (limit.matches("\\d{1,18}") && Long.parseLong(limit) < total) {
      total = Long.parseLong(limit);
    }
    String found =
        String.format(
            Locale.ROOT, "%.1f GiB, %.1f GiB available", (double) total / GIB, (double) free / GIB);
    if (total < 4 * GIB) {
      return Check.broken(
          "memory", found, "4 GiB are needed: a quarter is the heap, a half caches and models");
    }
    return free < 3 * GIB
        ? Check.slower(
            "memory", found, "under 3 GiB are free: end other programs, or a start may be refused")
        : Check.ok("memory", found);
  }

  private Check swap() {
    long total = kilobytes("SwapTotal:") << 10;
    long used = total - (kilobytes("SwapFree:") << 10);
    if (used > GIB / 4) {
      return Check.slower(
          "swap",
          String.format(Locale.ROOT, "%.1f GiB in use", (double) used / GIB),
          "cached keys and values on the disk are slower than encoding them again");
    }
    return Check.ok("swap", total == 0 ? "none" : "not in use");
  }
}
