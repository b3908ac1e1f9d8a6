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

/** Checks that all commands in shipped files and in pages exist. */
@Timeout(60)
final class ShippedCommentsTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final CommandLine COMMANDS = Main.commandLine();
  private static final Pattern COMMAND =
      Pattern.compile("\\./unipin((?: +(?:--)?[a-z][a-z0-9-]*)*)");
  private static final Pattern IN_THE_IMAGE = Pattern.compile("bin/[a-z]+");

  private static List<Path> files(String folder, String... endings) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !ComposeFilesTest.isLeftOutOfImages(ROOT.relativize(file).toString()))
          .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .toList();
    }
  }

  /**
   * Checks the commands at the beginning of a command line, before its first option. Returns the
   * first word that should be a command of UniPin but is none; empty if all commands exist.
   */
  private static String unknown(String words) {
    CommandLine at = COMMANDS;
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

  /** Checks that UniPin can parse each command line in a code block of a page. */
  @Test
  void commandLines_ofPages_areTaken() throws IOException {
    List<Path> pages = new ArrayList<>(files("docs", ".md"));
    pages.add(ROOT.resolve("README.md"));
    List<String> wrong = new ArrayList<>();
    int lines = 0;
    for (Path page : pages) {
      for (List<String> words : commandLines(Files.readString(page))) {
        lines++;
        try {
          Main.commandLine().parseArgs(words.toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
          wrong.add(ROOT.relativize(page) + ": " + String.join(" ", words) + ": " + e.getMessage());
        }
      }
    }
    assertThat(lines).isGreaterThan(40);
    assertThat(wrong).isEmpty();
  }

  /**
   * Returns the words of each command line in the fenced blocks of a page, after {@code ./unipin}
   * and without comments. Skips {@code ./unipin test}, which the script itself handles.
   */
  private static List<List<String>> commandLines(String page) {
    List<List<String>> commands = new ArrayList<>();
    boolean fenced = false;
    String line = "";
    for (String next : page.lines().toList()) {
      if (next.strip().startsWith("```")) {
        fenced = !fenced;
        continue;
      }
      line += next.strip();
      if (line.endsWith("\\")) {
        line = line.substring(0, line.length() - 1) + " ";
        continue;
      }
      for (String part : fenced ? line.split("&&|\\|") : new String[0]) {
        String command = part.replaceAll("\\s(#|>|2>).*$", "").strip();
        if (command.startsWith("./unipin ") && !command.startsWith("./unipin test")) {
          commands.add(words(command.substring("./unipin ".length())));
        }
      }
      line = "";
    }
    return commands;
  }

  /** Splits a command into words as a shell does. Quotes keep a word together. */
  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|\\S)+").matcher(command);
    while (matcher.find()) {
      words.add(matcher.group().replaceAll("['\"]", ""));
    }
    return words;
  }

  /**
   * Checks that the files in {@code docker} name only commands that the image contains. The image
   * has no {@code ./unipin}.
   */
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
