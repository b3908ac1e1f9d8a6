package io.unipin.serving.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.security.TokenTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConsoleGuardTest {
  @TempDir Path folder;

  @Test
  void ask_withoutTokens_admitsEverybody() {
    ConsoleGuard guard = new ConsoleGuard(null);
    assertThat(guard.asksForTokens()).isFalse();
    assertThat(guard.ask(null, EnumSet.allOf(Role.class))).isEqualTo(ConsoleGuard.Answer.ADMITTED);
    assertThat(guard.ask("Bearer anything", Set.of())).isEqualTo(ConsoleGuard.Answer.ADMITTED);
  }

  @Test
  void ask_withTokens_admitsWhoHasEveryRoleThatIsNeeded() throws Exception {
    Path file = folder.resolve("tokens");
    Files.writeString(
        file,
        TokenTable.line(EnumSet.of(Role.SERVE), "one")
            + "\n"
            + TokenTable.line(EnumSet.of(Role.SERVE, Role.ADMIN), "both"));
    try (TokenFile tokens = TokenFile.open(file)) {
      ConsoleGuard guard = new ConsoleGuard(tokens);
      assertThat(guard.asksForTokens()).isTrue();
      Set<Role> both = EnumSet.of(Role.SERVE, Role.ADMIN);
      assertThat(guard.ask("Bearer both", both)).isEqualTo(ConsoleGuard.Answer.ADMITTED);
      assertThat(guard.ask("Bearer one", both)).isEqualTo(ConsoleGuard.Answer.FORBIDDEN);
      assertThat(guard.ask("Bearer one", Set.of(Role.SERVE)))
          .isEqualTo(ConsoleGuard.Answer.ADMITTED);
      assertThat(guard.ask("Bearer one", Set.of())).isEqualTo(ConsoleGuard.Answer.ADMITTED);
      for (String wrong : new String[] {"Bearer none", "one", "Basic one", ""}) {
        assertThat(guard.ask(wrong, Set.of())).as(wrong).isEqualTo(ConsoleGuard.Answer.UNKNOWN);
      }
      assertThat(guard.ask(null, Set.of())).isEqualTo(ConsoleGuard.Answer.UNKNOWN);
    }
  }
}
