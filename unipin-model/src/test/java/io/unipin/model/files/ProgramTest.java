package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeConfig;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  private static final int MOST_PARAMETERS = 12;

  @Test
  void source_serving_hasNeitherComparisonNorTraining() {
    assertThat(Program.text(Program.Use.SERVING).methods())
        .contains("extend", "score", "extend_ragged", "score_ragged", "queries", "item_rows")
        .doesNotContain("score_dense", "loss", "adamw", "item_embedding");
    assertThat(Program.text(Program.Use.COMPARISON).methods()).contains("score", "score_dense");
    assertThat(Program.text(Program.Use.TRAINING).methods())
        .contains("loss", "adamw", "item_embedding", "embedded")
        .doesNotContain("score", "prepare");
  }

  @ParameterizedTest
  @EnumSource(Program.Use.class)
  void source_ofEveryUse_hasNoNamesOfNumbersLeft(Program.Use use) {
    assertThat(Program.text(use).code()).doesNotContain("$");
    assertThat(Program.source(use))
        .startsWith("# The UniPin model")
        .contains("\nclass UniPin(Module):");
  }

  @Test
  void source_namesOfNumbers_areReplacedButInCommentsAndStrings() {
    ProgramText text = text("x.to($float32)  # $float32, $any\ny = \"$int8\" + $OBSERVING\n");
    assertThat(text.source()).isEqualTo("x.to(6)  # $float32, $any\ny = \"$int8\" + 3\n");
  }

  @Test
  void source_unknownName_isRefused() {
    assertThatThrownBy(() -> text("x.to($float33)"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("float32")
        .hasMessageEndingWith("expected in the program, got $float33");
  }

  @Test
  void code_hasNoCommentsAndBlankLines() {
    assertThat(text("# a\nx = \"# no\"  # b\n\n  \ny = 1\t# c \"d\"\n").code())
        .isEqualTo("x = \"# no\"\ny = 1\n");
  }

  private static ProgramText text(String content) {
    return ProgramText.of(List.of("any"), name -> content);
  }

  @ParameterizedTest
  @EnumSource(Program.Use.class)
  void methods_butLoss_takeAtMostTwelveParameters(Program.Use use) {
    ProgramText text = Program.text(use);
    assertThat(text.methods()).isNotEmpty().doesNotHaveDuplicates();
    for (String method : text.methods()) {
      if (!method.equals("loss")) {
        assertThat(text.parameters(method)).as(method).hasSizeLessThanOrEqualTo(MOST_PARAMETERS);
      }
    }
  }

  @Test
  void parameters_areThoseOfTheMethodInOrder() {
    assertThat(Program.text(Program.Use.SERVING).parameters("score"))
        .containsExactly(
            "table",
            "paths",
            "candidates",
            "surface",
            "gap",
            "positions",
            "block",
            "steps",
            "rows");
    assertThat(Program.text(Program.Use.SERVING).parameters("ranges")).isEmpty();
    assertThatThrownBy(() -> Program.text(Program.Use.SERVING).parameters("loss"))
        .hasMessage("a method expected in the program, got loss");
  }

  @Test
  void requireParameters_otherNames_tellsTheFirstDifference() {
    Program.Use use = Program.Use.SERVING;
    assertThatCode(() -> Program.requireParameters(use, "product", List.of("x", "i")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Program.requireParameters(use, "product", List.of("i", "x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("parameter 1 of the program's product: x expected, got i");
    assertThatThrownBy(() -> Program.requireParameters(use, "product", List.of("x")))
        .hasMessage("parameter 2 of the program's product: i expected, got none");
    assertThatThrownBy(() -> Program.requireParameters(use, "product", List.of("x", "i", "j")))
        .hasMessage("parameter 3 of the program's product: none expected, got j");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"parts", "products", "serving", "ragged", "items", "comparison", "training"})
  void parameters_onLinesOfTheirOwn_tellTheirShapes(String file) {
    assertThat(Program.file(file).lines())
        .filteredOn(line -> line.matches("    \\w+: (Optional\\[)?Tensor\\W.*"))
        .allMatch(line -> line.matches(".*,?  # \\([^)]*.*"));
    assertThat(Program.file(file).lines()).allMatch(line -> line.length() <= 100);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tensors_declaredShapes_areTheConfigurations(boolean gated) {
    ModelConfig config =
        new ModelConfig(
            97,
            13,
            11,
            24,
            5,
            6,
            2,
            37,
            gated,
            8,
            List.of("a", "b", "c"),
            List.of("a"),
            List.of("home", "related"),
            new AttributeConfig(31, List.of("author")),
            19,
            AttentionWindow.NONE);
    Map<String, Long> letters =
        Map.ofEntries(
            Map.entry("N", 97L),
            Map.entry("F", 13L),
            Map.entry("A", 31L),
            Map.entry("X", 19L),
            Map.entry("E", 11L),
            Map.entry("d", 24L),
            Map.entry("L", 5L),
            Map.entry("H", 6L),
            Map.entry("G", 2L),
            Map.entry("D", 4L),
            Map.entry("W", 37L),
            Map.entry("C", 3L),
            Map.entry("surfaces", 2L),
            Map.entry("gaps", (long) GapBuckets.COUNT),
            Map.entry("positions", (long) PagePositions.COUNT),
            Map.entry("offsets", (long) TargetOffsets.COUNT));
    Map<String, long[]> shapes = Program.shapes(config);
    Matcher declared =
        Pattern.compile("(?m)^  (\\w+) : Tensor  # \\(([^)]*)\\)(?:; if gated, \\(([^)]*)\\))?$")
            .matcher(Program.file("parts"));
    int count = 0;
    while (declared.find()) {
      String shape = gated && declared.group(3) != null ? declared.group(3) : declared.group(2);
      long[] sizes = Arrays.stream(shape.split(", ")).mapToLong(s -> sum(s, letters)).toArray();
      assertThat(sizes).as(declared.group(1)).isEqualTo(shapes.get(declared.group(1)));
      count++;
    }
    assertThat(count).isEqualTo(shapes.size());
  }

  /**
   * Returns the value of a size such as {@code d + 2 G D}. The map gives a number for each letter.
   */
  private static long sum(String size, Map<String, Long> letters) {
    return Arrays.stream(size.split(" \\+ "))
        .mapToLong(
            product ->
                Arrays.stream(product.split(" "))
                    .mapToLong(
                        factor ->
                            factor.matches("\\d+")
                                ? Long.parseLong(factor)
                                : Objects.requireNonNull(letters.get(factor), factor))
                    .reduce(1, (a, b) -> a * b))
        .sum();
  }
}
