package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests that the program of training can run on any device. An array that is created without a
 * device would be on the processor. A number that is read from an array would make the processor
 * wait for the device.
 */
final class TrainingProgramTest {
  private static final Pattern FACTORY =
      Pattern.compile("torch\\.(zeros|ones|full|empty|arange|tensor|eye|rand\\w*|linspace)\\(");
  private static final Pattern NUMBER = Pattern.compile("\\b(?:float|int|bool)\\((\\w+)\\)");
  private static final Pattern CONDITION =
      Pattern.compile("(?m)^ *(?:if|elif|while) .*torch\\..*$");

  /** Arrays of one number that {@code LossArguments} leaves on the processor. */
  private static final Set<String> ON_PROCESSOR = Set.of("score_reg", "mixup", "dropout");

  private static List<String> factoriesWithoutDevice(String code) {
    return FACTORY
        .matcher(code)
        .results()
        .map(match -> call(code, match))
        .filter(call -> !call.contains("device="))
        .toList();
  }

  /** Returns the text of a call up to the parenthesis that closes it. */
  private static String call(String code, MatchResult begin) {
    int depth = 1;
    int end = begin.end();
    while (depth > 0) {
      depth += code.charAt(end) == '(' ? 1 : code.charAt(end) == ')' ? -1 : 0;
      end++;
    }
    return code.substring(begin.start(), end);
  }

  /** Returns the expressions that read numbers from arrays that may be on the device. */
  private static List<String> waits(String code) {
    Stream<String> numbers =
        NUMBER
            .matcher(code)
            .results()
            .filter(match -> !ON_PROCESSOR.contains(match.group(1)))
            .map(MatchResult::group);
    Stream<String> conditions =
        CONDITION
            .matcher(code)
            .results()
            .map(MatchResult::group)
            .filter(line -> line.replace("torch.numel(", "").contains("torch."));
    Stream<String> methods =
        Stream.of(
                ".item()",
                ".tolist()",
                ".cpu()",
                "torch.nonzero",
                "torch.masked_select",
                "_for_cpu",
                "ops.")
            .filter(code::contains);
    return Stream.of(numbers, conditions, methods).flatMap(found -> found).toList();
  }

  private static String training() {
    String file = Program.file("training");
    return ProgramText.of(List.of("training"), name -> file).code();
  }

  @Test
  void training_everyArray_namesItsDevice() {
    assertThat(FACTORY.matcher(training()).results()).hasSizeGreaterThan(3);
    assertThat(factoriesWithoutDevice(training())).isEmpty();
  }

  @Test
  void training_noNumber_isReadFromTheDevice() {
    assertThat(NUMBER.matcher(training()).results()).hasSize(ON_PROCESSOR.size());
    assertThat(waits(training())).isEmpty();
  }

  @Test
  void checks_ofWrongCode_findIt() {
    assertThat(
            factoriesWithoutDevice(
                "x = torch.zeros([f(1)], dtype=6)\ny = torch.arange(n, device=d)"))
        .containsExactly("torch.zeros([f(1)], dtype=6)");
    assertThat(waits("    if torch.any(x):\n      y = int(x) + float(dropout)\n    z = x.item()\n"))
        .containsExactly("int(x)", "    if torch.any(x):", ".item()");
    assertThat(waits("    if torch.numel(x) > 0:\n      y = float(mixup)\n")).isEmpty();
  }
}
