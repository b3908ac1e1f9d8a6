package io.unipin.tests;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Decides whether a test with {@link NeedsPrograms} runs, and finds the programs on the
 * {@code PATH}.
 */
final class Programs implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return context
        .getTestClass()
        .flatMap(type -> AnnotationSupport.findAnnotation(type, NeedsPrograms.class))
        .map(needed -> evaluate(areRequired(), List.of(needed.value())))
        .orElseGet(() -> ConditionEvaluationResult.enabled("needs no program"));
  }

  /** Returns whether a missing program makes a test fail. */
  static boolean areRequired() {
    return System.getenv("UNIPIN_TEST") != null;
  }

  /**
   * Enables a test if all of its programs are installed. If one is missing, the test is skipped; if
   * programs are required, it fails.
   */
  static ConditionEvaluationResult evaluate(boolean required, List<String> names) {
    List<String> missing = names.stream().filter(name -> find(name).isEmpty()).toList();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("has its programs");
    }
    String reason = "%s expected on the PATH, not found".formatted(String.join(" and ", missing));
    if (required) {
      throw new IllegalStateException(reason);
    }
    return ConditionEvaluationResult.disabled(reason);
  }

  /** Returns the file of an installed program. */
  static Path path(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException(name + " expected, not found"));
  }

  private static Optional<Path> find(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
