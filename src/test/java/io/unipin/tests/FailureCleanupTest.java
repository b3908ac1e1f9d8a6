package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnionTypeTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Checks what code does with its open resources when it fails.
 *
 * <p>The workers of a server survive errors such as a lack of memory. A resource that is closed
 * only after certain exceptions stays open after the others, and each further attempt leaves one
 * more open. So the resource must be closed in {@code finally}, unless the code reached its end.
 */
final class FailureCleanupTest {
  private static final Set<String> EVERYTHING = Set.of("Throwable", "Error");

  private final List<String> wrong = new ArrayList<>();

  @Test
  void resources_areClosedAfterAnyFailure() throws IOException {
    MainSources.forEach(this::read);
    assertThat(wrong).isEmpty();
  }

  private void read(CompilationUnitTree unit, SourcePositions positions) {
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitCatch(CatchTree handler, Void nothing) {
        Steps steps = new Steps();
        steps.scan(handler.getBlock(), null);
        if (steps.closes && steps.fails && !catchesErrors(handler)) {
          wrong.add(
              "%s:%s closes a resource after %s alone"
                  .formatted(
                      MainSources.name(unit),
                      unit.getLineMap().getLineNumber(positions.getStartPosition(unit, handler)),
                      handler.getParameter().getType()));
        }
        return super.visitCatch(handler, null);
      }
    }.scan(unit, null);
  }

  private static boolean catchesErrors(CatchTree handler) {
    Tree type = handler.getParameter().getType();
    List<? extends Tree> types =
        type instanceof UnionTypeTree union ? union.getTypeAlternatives() : List.of(type);
    return types.stream().anyMatch(each -> EVERYTHING.contains(each.toString()));
  }

  /** Finds out whether a block closes something, and whether it throws. */
  private static final class Steps extends TreeScanner<Void, Void> {
    private boolean closes;
    private boolean fails;

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
      ExpressionTree method = call.getMethodSelect();
      closes |=
          (method instanceof MemberSelectTree member
                  && member.getIdentifier().contentEquals("close"))
              || (method instanceof IdentifierTree own && own.getName().contentEquals("close"));
      return super.visitMethodInvocation(call, null);
    }

    @Override
    public Void visitThrow(ThrowTree tree, Void nothing) {
      fails = true;
      return super.visitThrow(tree, null);
    }
  }
}
