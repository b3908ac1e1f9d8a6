package io.unipin.tests;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Lists which package may depend on which, as {@code docs/architecture.md} draws it. Names are
 * relative to {@code io.unipin}.
 */
final class Packages {
  private static final String ROOT = "io.unipin.";
  private static final int MOST_FILES = 30;

  /** Packages with one subject each. Each stays one package to keep its classes package-private. */
  private static final Set<String> FLAT = Set.of("ann", "kvcache");

  private static final Map<String, Set<String>> MAY_KNOW = new LinkedHashMap<>();

  static {
    rule("client", "proto.v1");
    rule("feedlog", "feedlog.arrays", "feedlog.database", "feedlog.source", "settings");
    rule("feedlog.database", "feedlog.source");
    rule("feedlog.imports", "feedlog", "feedlog.database", "feedlog.source", "settings");
    rule("feedlog.simulator", "feedlog");
    rule("feedlog.split", "feedlog", "model.features");
    rule("model", "kvcache", "model.features", "model.files");
    rule("model.features", "kvcache");
    rule("model.files", "kvcache", "model.features");
    rule(
        "evaluate",
        "evaluate.baseline",
        "feedlog",
        "feedlog.split",
        "kvcache",
        "model",
        "model.features");
    rule("evaluate.baseline", "feedlog", "feedlog.split");
    rule(
        "evaluate.study",
        "evaluate",
        "feedlog",
        "feedlog.split",
        "kvcache",
        "model",
        "model.features");
    rule(
        "train",
        "evaluate",
        "feedlog",
        "feedlog.database",
        "feedlog.split",
        "model",
        "model.features",
        "settings",
        "train.batch",
        "train.recipe");
    rule(
        "train.batch",
        "evaluate",
        "feedlog",
        "feedlog.split",
        "model",
        "model.features",
        "train.recipe");
    rule("train.recipe", "feedlog", "feedlog.split", "model.features", "settings");
    rule(
        "serving",
        "kvcache",
        "model",
        "serving.admission",
        "serving.bundle",
        "serving.checks",
        "serving.console",
        "serving.experiment",
        "serving.failure",
        "serving.history",
        "serving.log",
        "serving.metrics",
        "serving.pipeline",
        "serving.request",
        "serving.rpc",
        "serving.security",
        "serving.settings",
        "serving.threads",
        "serving.tracing",
        "serving.user",
        "settings");
    rule("serving.admission", "serving.estimate", "serving.failure", "settings");
    rule(
        "serving.bundle",
        "ann",
        "feedlog",
        "feedlog.database",
        "kvcache",
        "model",
        "model.features",
        "serving.failure",
        "settings");
    rule(
        "serving.checks",
        "serving.bundle",
        "serving.console",
        "serving.experiment",
        "serving.history",
        "serving.log",
        "serving.pipeline",
        "serving.rpc",
        "serving.settings",
        "settings");
    rule(
        "serving.console",
        "ann",
        "feedlog",
        "kvcache",
        "model",
        "model.features",
        "serving.admission",
        "serving.bundle",
        "serving.experiment",
        "serving.failure",
        "serving.history",
        "serving.http",
        "serving.inspect",
        "serving.metrics",
        "serving.pipeline",
        "serving.pipeline.cost",
        "serving.request",
        "serving.rpc",
        "serving.security",
        "serving.threads",
        "serving.user",
        "settings");
    rule("serving.experiment", "serving.log", "settings");
    rule("serving.failure", "ann", "kvcache", "model.features");
    rule("serving.history", "serving.bytes", "serving.failure", "settings");
    rule("serving.http", "serving.threads");
    rule(
        "serving.inspect",
        "feedlog",
        "model",
        "model.features",
        "serving.bundle",
        "serving.history",
        "serving.request",
        "serving.slate");
    rule(
        "serving.log",
        "feedlog",
        "serving.failure",
        "serving.history",
        "serving.log.segment",
        "serving.threads",
        "settings");
    rule("serving.log.segment", "serving.failure");
    rule("serving.metrics", "ann", "kvcache", "serving.failure", "serving.http");
    rule(
        "serving.pipeline",
        "ann",
        "feedlog",
        "kvcache",
        "model",
        "model.features",
        "serving.bundle",
        "serving.bytes",
        "serving.failure",
        "serving.history",
        "serving.inspect",
        "serving.pipeline.cost",
        "serving.request",
        "serving.slate",
        "settings");
    rule(
        "serving.pipeline.cost",
        "model.features",
        "serving.estimate",
        "serving.failure",
        "serving.request",
        "settings");
    rule("serving.request", "kvcache", "serving.history");
    rule(
        "serving.rpc",
        "ann",
        "feedlog",
        "kvcache",
        "model",
        "model.features",
        "proto.v1",
        "serving.admission",
        "serving.bundle",
        "serving.experiment",
        "serving.failure",
        "serving.history",
        "serving.log",
        "serving.metrics",
        "serving.pipeline",
        "serving.pipeline.cost",
        "serving.request",
        "serving.rpc.intake",
        "serving.security",
        "serving.threads",
        "serving.tracing",
        "serving.user",
        "settings");
    rule("serving.rpc.intake", "serving.failure");
    rule("serving.security", "serving.threads", "settings");
    rule(
        "serving.settings",
        "model",
        "serving.admission",
        "serving.bundle",
        "serving.console",
        "serving.experiment",
        "serving.history",
        "serving.log",
        "serving.pipeline",
        "serving.pipeline.cost",
        "serving.rpc",
        "serving.security",
        "serving.slate",
        "serving.tracing",
        "settings");
    rule("serving.slate", "feedlog", "serving.request", "settings");
    rule("serving.threads", "model");
    rule("serving.tracing", "settings");
    rule(
        "serving.user",
        "kvcache",
        "serving.experiment",
        "serving.failure",
        "serving.history",
        "serving.log");
    rule(
        "cli",
        "cli.bundle",
        "cli.check",
        "cli.console",
        "cli.data",
        "cli.demo",
        "cli.experiment",
        "cli.loadtest",
        "cli.server",
        "cli.training");
    rule(
        "cli.bundle",
        "ann",
        "cli.check",
        "cli.console",
        "cli.server",
        "client",
        "feedlog",
        "feedlog.source",
        "model",
        "model.features",
        "proto.v1",
        "serving.bundle");
    rule("cli.check", "feedlog", "serving.bundle", "serving.checks");
    rule("cli.console", "cli.check", "client", "feedlog.database", "feedlog.source");
    rule(
        "cli.data",
        "cli.bundle",
        "cli.check",
        "cli.console",
        "feedlog",
        "feedlog.imports",
        "feedlog.simulator",
        "feedlog.source",
        "model",
        "model.features",
        "serving.bundle",
        "serving.log",
        "settings");
    rule(
        "cli.demo",
        "cli.check",
        "cli.console",
        "cli.data",
        "cli.server",
        "client",
        "feedlog",
        "feedlog.simulator",
        "proto.v1",
        "serving.checks",
        "serving.settings",
        "train.recipe");
    rule(
        "cli.experiment",
        "cli.check",
        "cli.console",
        "cli.report",
        "cli.statistics",
        "serving.experiment",
        "serving.settings");
    rule("cli.loadtest", "cli.check", "cli.console", "cli.server", "client", "feedlog", "proto.v1");
    rule("cli.report", "cli.statistics", "feedlog", "settings");
    rule(
        "cli.server",
        "cli.check",
        "cli.console",
        "client",
        "proto.v1",
        "serving",
        "serving.bundle",
        "serving.console",
        "serving.failure",
        "serving.rpc",
        "serving.security",
        "serving.settings");
    rule("cli.statistics", "settings");
    rule(
        "cli.training",
        "ann",
        "cli.bundle",
        "cli.check",
        "cli.console",
        "cli.data",
        "evaluate",
        "evaluate.study",
        "feedlog",
        "feedlog.database",
        "feedlog.split",
        "model",
        "model.features",
        "model.files",
        "serving.bundle",
        "train",
        "train.recipe");
    rule(
        "benchmarks",
        "benchmarks.ann",
        "benchmarks.erasure",
        "benchmarks.experiment",
        "benchmarks.fuzz",
        "benchmarks.headline",
        "benchmarks.kvcache",
        "benchmarks.load",
        "benchmarks.model",
        "benchmarks.pauses",
        "benchmarks.quality",
        "benchmarks.report",
        "cli");
    rule(
        "benchmarks.ann",
        "ann",
        "benchmarks.measure",
        "benchmarks.quality",
        "cli.bundle",
        "cli.check",
        "cli.console",
        "evaluate",
        "feedlog",
        "model",
        "model.features");
    rule(
        "benchmarks.erasure",
        "benchmarks.server",
        "cli.check",
        "cli.console",
        "client",
        "proto.v1",
        "serving.history");
    rule(
        "benchmarks.experiment",
        "cli.check",
        "cli.console",
        "cli.statistics",
        "serving.experiment");
    rule("benchmarks.fuzz", "cli.check", "cli.console");
    rule(
        "benchmarks.headline",
        "benchmarks.measure",
        "benchmarks.rival",
        "cli.console",
        "client",
        "feedlog",
        "kvcache",
        "model",
        "model.features",
        "proto.v1",
        "serving",
        "serving.bundle",
        "serving.pipeline",
        "serving.settings");
    rule(
        "benchmarks.kvcache",
        "benchmarks.measure",
        "benchmarks.model",
        "benchmarks.quality",
        "cli.console",
        "evaluate",
        "feedlog",
        "feedlog.split",
        "kvcache",
        "model",
        "model.features",
        "train.recipe");
    rule(
        "benchmarks.load",
        "benchmarks.server",
        "cli.check",
        "cli.console",
        "cli.loadtest",
        "client",
        "proto.v1");
    rule("benchmarks.measure", "cli.check", "cli.console", "feedlog.database", "model.features");
    rule(
        "benchmarks.model",
        "ann",
        "benchmarks.headline",
        "benchmarks.measure",
        "benchmarks.quality",
        "cli.check",
        "cli.console",
        "kvcache",
        "model",
        "model.features",
        "train.recipe");
    rule(
        "benchmarks.pauses",
        "benchmarks.load",
        "benchmarks.server",
        "cli.check",
        "cli.console",
        "cli.loadtest",
        "client",
        "feedlog.database",
        "proto.v1");
    rule(
        "benchmarks.quality",
        "benchmarks.rival",
        "cli.check",
        "cli.console",
        "feedlog",
        "feedlog.database",
        "train",
        "train.recipe");
    rule("benchmarks.report", "cli.console");
    rule(
        "benchmarks.rival",
        "evaluate",
        "feedlog",
        "feedlog.split",
        "kvcache",
        "model",
        "model.features",
        "serving.bundle",
        "serving.failure",
        "serving.pipeline",
        "serving.pipeline.cost",
        "serving.request",
        "train.recipe");
    rule(
        "benchmarks.server",
        "cli.console",
        "feedlog",
        "feedlog.database",
        "feedlog.simulator",
        "kvcache",
        "model",
        "model.features",
        "serving.bundle");
  }

  private Packages() {}

  private static void rule(String known, String... others) {
    MAY_KNOW.put(known, Set.of(others));
  }

  /**
   * Returns each dependency between two packages that no line above allows, and each line without a
   * dependency.
   */
  static List<String> unexpected(JavaClasses code) {
    Map<String, Set<String>> actual = new TreeMap<>();
    for (JavaClass type : code) {
      if (isGenerated(type)) {
        continue;
      }
      Set<String> known = actual.computeIfAbsent(name(type), name -> new TreeSet<>());
      for (Dependency arrow : type.getDirectDependenciesFromSelf()) {
        JavaClass target = arrow.getTargetClass();
        if (target.getPackageName().startsWith(ROOT) && !name(target).equals(name(type))) {
          known.add(name(target));
        }
      }
    }
    List<String> wrong = new ArrayList<>();
    actual.forEach(
        (name, known) -> {
          Set<String> allowed = MAY_KNOW.getOrDefault(name, Set.of());
          known.stream()
              .filter(other -> !allowed.contains(other))
              .forEach(other -> wrong.add(name + " may not know " + other));
          allowed.stream()
              .filter(other -> !known.contains(other))
              .forEach(other -> wrong.add(name + " no longer needs to know " + other));
        });
    MAY_KNOW.keySet().stream()
        .filter(name -> !actual.containsKey(name))
        .forEach(name -> wrong.add(name + " is no package"));
    return wrong;
  }

  /** Returns each package with too many files for a reader, together with their number. */
  static List<String> crowded(JavaClasses code) {
    Map<String, Set<String>> files =
        code.stream()
            .filter(type -> !isGenerated(type))
            .filter(type -> type.getSource().isPresent())
            .collect(
                Collectors.groupingBy(
                    Packages::name,
                    TreeMap::new,
                    Collectors.mapping(
                        type -> type.getSource().orElseThrow().getFileName().orElse(""),
                        Collectors.toSet())));
    return files.entrySet().stream()
        .filter(entry -> entry.getValue().size() > MOST_FILES && !FLAT.contains(entry.getKey()))
        .map(entry -> entry.getKey() + ": " + entry.getValue().size() + " files")
        .toList();
  }

  private static boolean isGenerated(JavaClass type) {
    return name(type).startsWith("proto.") || name(type).endsWith(".jmh_generated");
  }

  private static String name(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }
}
