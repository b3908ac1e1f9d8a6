package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that the program of serving can run on a card. The methods that run on a card use no
 * operator that only the processor has, and name a device for every tensor that they create. They
 * read no number from a tensor, because the read would wait for the card. {@code
 * TrainingProgramTest} tests the program of training.
 */
class ProgramDevicesTest {
  /** Methods that Java calls on a card. */
  private static final Set<String> ENTRIES =
      Set.of(
          "prepare",
          "extend_ragged",
          "score_ragged",
          "queries",
          "item_rows",
          "put_row",
          "score_dense");

  private static DeviceRules program() {
    return new DeviceRules(
        Stream.of("parts", "products", "serving", "ragged", "items", "comparison")
            .map(Program::file)
            .toList());
  }

  @Test
  void serving_onACard_keepsToTheRules() {
    assertThat(program().broken(ENTRIES)).isEmpty();
  }

  @Test
  void serving_onACard_reachesTheKernelsButNotThoseOfTheProcessor() {
    assertThat(program().reached(ENTRIES))
        .contains("attend_ragged", "rectangle", "product_gate", "rotation", "attend_square")
        .doesNotContain("attend", "attend_slate", "extend_each", "numbers", "extend", "score");
  }

  @Test
  void extend_ofOneUser_isForTheProcessorAlone() {
    assertThat(program().broken(Set.of("extend")))
        .contains("attend: _scaled_dot_product_flash_attention_for_cpu");
  }

  private static List<String> broken(String body) {
    String text = "  def entry(self, x: Tensor) -> Tensor:\n" + body;
    return new DeviceRules(List.of(text, "  def other(self) -> int:\n    y = x.item()\n"))
        .broken(Set.of("entry"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "y = ops.mkldnn._linear(x)|ops.mkldnn",
        "y = torch._flash_for_cpu(x)|_flash_for_cpu",
        "y = torch.zeros([1])|torch.zeros([1])",
        "y = torch.full([f(1)], 2.)|torch.full([f(1)], 2.)",
        "y = f(torch.arange(3, dtype=$int64))|torch.arange(3, dtype=$int64)",
        "y = int(torch.select(x, 0, 1))|int(",
        "y = 1. * float(x)|float(",
        "y = x.item()|.item(",
        "y = x.cpu()|.cpu("
      })
  void broken_plantedMistake_isFound(String line, String found) {
    assertThat(broken("    " + line + "\n")).containsExactly("entry: " + found);
  }

  @Test
  void broken_conditionOnATensor_isFound() {
    assertThat(broken("    if torch.any(x):\n      y = 1\n"))
        .containsExactly("entry: if torch.any(x):");
    assertThat(broken("    if torch.numel(x) > 0:\n      y = 1\n")).isEmpty();
  }

  @Test
  void broken_mistakeInAMethodThatIsCalled_isFound() {
    assertThat(broken("    y = self.other()\n")).containsExactly("other: .item(");
  }

  @Test
  void broken_behindAConditionOfTheProcessor_isLeftOut() {
    String guarded =
        "    if self.kernel == $EACH:\n      y = self.other()\n      z = f(\n        x.item())\n";
    assertThat(broken(guarded)).isEmpty();
    assertThat(broken(guarded + "    else:\n      y = self.other()\n"))
        .containsExactly("other: .item(");
    assertThat(broken("    if self.kernel == $EACH or z:\n      y = self.other()\n"))
        .containsExactly("other: .item(");
    assertThat(broken("    if self.kernel != $EACH:\n      y = self.other()\n"))
        .containsExactly("other: .item(");
  }

  @Test
  void broken_namedDevice_isAllowed() {
    assertThat(broken("    y = torch.zeros([1], dtype=$int64, device=x.device)  # int(x)\n"))
        .isEmpty();
  }

  @Test
  void reached_unknownMethod_isRefused() {
    assertThatThrownBy(() -> program().reached(Set.of("any")))
        .hasMessage("a method expected, got any");
  }
}
