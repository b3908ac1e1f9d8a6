package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Tests that every command checks all of its path arguments before it begins. */
@Timeout(60)
final class VerbPathsTest {
  @TempDir Path folder;

  /** An option or parameter of a command. */
  record Argument(CommandSpec verb, ArgSpec spec) {
    <A extends Annotation> Optional<A> mark(Class<A> kind) {
      return spec.userObject() instanceof Field field
          ? Optional.ofNullable(field.getAnnotation(kind))
          : Optional.empty();
    }

    String name() {
      return spec instanceof OptionSpec option ? option.longestName() : spec.paramLabel();
    }

    @Override
    public String toString() {
      return verb.qualifiedName() + " " + name();
    }
  }

  private static Stream<CommandSpec> verbs(CommandSpec spec) {
    return Stream.concat(
        Stream.of(spec),
        spec.subcommands().values().stream()
            .map(CommandLine::getCommandSpec)
            .flatMap(VerbPathsTest::verbs));
  }

  private static Stream<Argument> arguments() {
    return verbs(Main.commandLine().getCommandSpec())
        .flatMap(verb -> verb.args().stream().map(spec -> new Argument(verb, spec)));
  }

  static Stream<Argument> outputs() {
    return arguments().filter(argument -> argument.mark(Output.class).isPresent());
  }

  @Test
  void everyPath_isMarkedAsReadOrMade() {
    List<Argument> paths = arguments().filter(VerbPathsTest::isPath).toList();
    assertThat(paths).hasSizeGreaterThan(50);
    assertThat(paths)
        .allSatisfy(
            path ->
                assertThat(
                        path.mark(Input.class).isPresent() != path.mark(Output.class).isPresent())
                    .as("%s is marked @Input or @Output", path)
                    .isTrue());
  }

  private static boolean isPath(Argument argument) {
    return Stream.concat(
            Stream.of(argument.spec().type()), Stream.of(argument.spec().auxiliaryTypes()))
        .anyMatch(type -> type == Path.class || type == File.class);
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void output_thatCannotBe_isRefusedBeforeAnythingIsRead(Argument output) throws IOException {
    for (Path target : impossible(output.mark(Output.class).orElseThrow().value())) {
      StringWriter err = new StringWriter();
      CommandLine main =
          Main.commandLine()
              .setOut(new PrintWriter(new StringWriter()))
              .setErr(new PrintWriter(err, true));
      int code = main.execute(commandLine(output, target).toArray(String[]::new));
      assertThat(code).as("%s %s: %s", output, target, err).isEqualTo(1);
      assertThat(err.toString().lines()).hasSize(1);
      assertThat(err.toString())
          .contains(output.name(), "expected, got", target.getFileName().toString());
    }
  }

  /** Returns paths at which no output of this kind can be created. */
  private List<Path> impossible(Output.Kind kind) throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(file, "not ours");
    Path full = Files.createDirectories(folder.resolve("full"));
    Files.writeString(full.resolve("note.txt"), "not ours");
    Path below = file.resolve("below");
    return switch (kind) {
      case FILE -> List.of(full, below);
      case FOLDER, BUNDLES -> List.of(file, below);
      case BUNDLE -> List.of(folder.resolve("No Name"), full, below);
      case FEED_LOG -> List.of(full, file, below);
      case FILE_OR_BUNDLE -> List.of(below);
    };
  }

  /**
   * Returns the command line of a command with its required arguments. The inputs do not exist, so
   * a command that reads its inputs before it checks its output fails with another error.
   */
  private List<String> commandLine(Argument output, Path target) {
    List<String> words = new ArrayList<>(List.of(output.verb().qualifiedName().split(" ", -1)));
    words.remove(0);
    for (ArgSpec spec : output.verb().args()) {
      boolean own = spec == output.spec();
      if (own || isNeeded(spec)) {
        String value = own ? target.toString() : placeholder(spec);
        if (spec instanceof OptionSpec option) {
          words.add(option.longestName());
        }
        words.add(value);
      }
    }
    return words;
  }

  /**
   * Whether a command line must have the argument. An argument outside of groups must be given if
   * picocli marks it as required. Of a required group, only the first argument must be given.
   */
  private static boolean isNeeded(ArgSpec spec) {
    return spec.group() == null
        ? spec.required()
        : spec.group().multiplicity().min() > 0
            && spec.group().args().iterator().next().equals(spec);
  }

  private String placeholder(ArgSpec spec) {
    if (spec.type() == Path.class) {
      return folder
          .resolve("nowhere")
          .resolve(spec.paramLabel().toLowerCase(Locale.ROOT))
          .toString();
    }
    return spec.type() == String.class ? "ml-100k" : "1";
  }
}
