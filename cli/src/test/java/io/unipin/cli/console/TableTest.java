package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void print_alignsNumbersRightAndTextLeft() {
    StringWriter text = new StringWriter();
    new Table("item", "p(click)")
        .row("Ran", "0.5")
        .row("Rashōmon", "12.25")
        .print(new PrintWriter(text, true));
    assertThat(text.toString().lines())
        .containsExactly("  item      p(click)", "  Ran            0.5", "  Rashōmon     12.25");
  }

  @Test
  void print_cutsLongTextAndControlCharacters() {
    StringWriter text = new StringWriter();
    new Table("a").row("x\ny" + "z".repeat(100)).print(new PrintWriter(text, true));
    assertThat(text.toString()).contains("x y").contains("z…").doesNotContain("z".repeat(50));
  }

  @Test
  void row_wrongNumberOfCells_isRefused() {
    Table table = new Table("a", "b");
    assertThatThrownBy(() -> table.row("1")).isInstanceOf(IllegalArgumentException.class);
  }
}
