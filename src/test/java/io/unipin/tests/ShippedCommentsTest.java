package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** What files that we ship, and pages, tell people to run is there. */
@Timeout(60)
final class ShippedCommentsTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final Pattern COMMAND =
      Pattern.compile("\\./unipin((?: +(?:--)?[a-z][a-z0-9-]*)*)");
  private static final Pattern IN_THE_IMAGE = Pattern.compile("bin/[a-z]+");

  private static List<Path> files(String folder, String... endings) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .toList();
    }
  }

  /** The verbs of a command, as far as words follow that could be ones; options end it. */
  private static String unknown(String words) {
    CommandLine at = Main.commandLine();
    for (String word : words.strip().split(" +", -1)) {
      if (word.isEmpty() || word.startsWith("--") || at.getSubcommands().isEmpty()) {
        return "";
      }
      CommandLine next = at.getSubcommands().get(word);
      if (next == null) {
        boolean takesArguments = !at.getCommandSpec().positionalParameters().isEmpty();
        boolean isTest = at.getParent() == null && word.equals("test");
        return takesArguments || isTest ? "" : word;
      }
      at = next;
    }
    return "";
  }

  @Test
  void commands_thatFilesName_exist() throws IOException {
    List<Path> files = new ArrayList<>(files("docker", ""));
    files.addAll(files("docs", ".md"));
    files.addAll(files("recipes", ".yaml"));
    files.add(ROOT.resolve("README.md"));
    files.add(
        ROOT.resolve(
            "unipin-serving/src/main/resources/io/unipin/serving/settings/server-defaults.yaml"));
    List<String> wrong = new ArrayList<>();
    int named = 0;
    for (Path file : files) {
      Matcher matcher = COMMAND.matcher(Files.readString(file));
      while (matcher.find()) {
        named++;
        String word = unknown(matcher.group(1));
        if (!word.isEmpty()) {
          wrong.add(ROOT.relativize(file) + ": " + matcher.group() + ": no " + word);
        }
      }
    }
    assertThat(named).isGreaterThan(30);
    assertThat(wrong).isEmpty();
  }

  /** The image has no {@code ./unipin}, and no command but those of its layout. */
  @Test
  void commandsInTheImage_areOnesThatItHas() throws IOException {
    String layout = Files.readString(ROOT.resolve("docker/layout.sh"));
    for (String name : List.of("server.yaml", "Dockerfile", "serve", "healthy", "unipin.service")) {
      String text = Files.readString(ROOT.resolve("docker").resolve(name));
      if (name.equals("server.yaml")) {
        assertThat(text).doesNotContain("./unipin");
      }
      Matcher matcher = IN_THE_IMAGE.matcher(text.replaceAll("(?m)^#!.*$|/usr/bin|/dev/\\S*", ""));
      while (matcher.find()) {
        assertThat(layout).as("%s names %s", name, matcher.group()).contains(matcher.group());
      }
    }
  }
}
