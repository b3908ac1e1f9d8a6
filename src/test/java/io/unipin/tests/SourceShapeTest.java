package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks that files and methods are short, and that public signatures have few parameters. */
final class SourceShapeTest {
  private static final int FILE_LINES = 300;
  private static final int METHOD_LINES = 50;
  private static final int PUBLIC_PARAMETERS = 7;

  /**
   * Records that may have many components, because other code uses them by name: settings, stored
   * JSON, rows of tables, and displayed answers. At most one method per record passes the
   * components by position.
   */
  private static final Set<String> BY_NAME =
      Set.of(
          "Answer",
          "CacheConfig",
          "CatalogueItem",
          "ColumnProfile",
          "Comparison",
          "EngineOptions",
          "EvaluationSettings",
          "ExposureEntry",
          "FinishedCall",
          "FittedPreRank",
          "Inferred",
          "ImpressionRow",
          "ItemExplanation",
          "KvCacheStats",
          "LiveItem",
          "LiveSample",
          "LogStatistics",
          "ModelConfig",
          "KafkaConfig",
          "ModelShape",
          "PutItem",
          "ReportQuestion",
          "SlateConfig",
          "Result",
          "RedisConfig",
          "RedisTierConfig",
          "RpcConfig",
          "ServerConfig",
          "Settings",
          "Slate",
          "Source",
          "StepResult",
          "StepSettings",
          "Trace",
          "TrainingBatch",
          "TrainingSettings");

  private static final List<String> LONG_FILES = new ArrayList<>();
  private static final List<String> LONG_METHODS = new ArrayList<>();
  private static final List<String> WIDE_SIGNATURES = new ArrayList<>();

  @BeforeAll
  static void read() throws IOException {
    MainSources.forEach(SourceShapeTest::measure);
  }

  private static void measure(CompilationUnitTree unit, SourcePositions positions) {
    String name = MainSources.name(unit);
    long lines = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, unit));
    if (lines > FILE_LINES) {
      LONG_FILES.add(name + ": " + lines + " lines");
    }
    new TreePathScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree method, Void nothing) {
        long first = line(positions.getStartPosition(unit, method));
        long last = line(positions.getEndPosition(unit, method));
        if (last - first + 1 > METHOD_LINES) {
          LONG_METHODS.add(
              "%s: %s has %s lines".formatted(name, method.getName(), last - first + 1));
        }
        int parameters = method.getParameters().size();
        boolean byName = method.getReturnType() == null && BY_NAME.contains(owner());
        if (!byName
            && isPublic(method.getModifiers().getFlags())
            && parameters > PUBLIC_PARAMETERS) {
          WIDE_SIGNATURES.add(
              "%s: %s takes %s parameters".formatted(name, method.getName(), parameters));
        }
        return super.visitMethod(method, null);
      }

      @Override
      public Void visitClass(ClassTree type, Void nothing) {
        long parts =
            type.getMembers().stream()
                .filter(member -> type.getKind() == Tree.Kind.RECORD)
                .filter(VariableTree.class::isInstance)
                .filter(
                    member ->
                        !((VariableTree) member)
                            .getModifiers()
                            .getFlags()
                            .contains(Modifier.STATIC))
                .count();
        if (parts > PUBLIC_PARAMETERS
            && isPublic(type.getModifiers().getFlags())
            && !BY_NAME.contains(type.getSimpleName().toString())) {
          WIDE_SIGNATURES.add(
              "%s: record %s has %s parts".formatted(name, type.getSimpleName(), parts));
        }
        return super.visitClass(type, null);
      }

      private String owner() {
        Tree parent = getCurrentPath().getParentPath().getLeaf();
        return parent instanceof ClassTree type ? type.getSimpleName().toString() : "";
      }

      private boolean isPublic(Set<Modifier> flags) {
        return flags.contains(Modifier.PUBLIC);
      }

      private long line(long position) {
        return unit.getLineMap().getLineNumber(position);
      }
    }.scan(unit, null);
  }

  @Test
  void files_areShort() {
    assertThat(LONG_FILES).isEmpty();
  }

  @Test
  void methods_areShort() {
    assertThat(LONG_METHODS).isEmpty();
  }

  @Test
  void signatures_ofWhatIsPublic_areNarrow() {
    assertThat(WIDE_SIGNATURES).isEmpty();
  }
}
