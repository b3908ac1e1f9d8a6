package io.unipin.tests.reference;

import io.unipin.cli.Main;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The page with all commands of {@code ./unipin} and their arguments. */
final class CommandsPage {
  private static final int DEEPEST_HEADING = 4;

  private CommandsPage() {}

  static String text() {
    CommandLine main = Main.commandLine();
    Markdown page =
        new Markdown()
            .heading(1, "Commands")
            .paragraph(
                "`./unipin VERB --help` prints what this page says about a command. A command"
                    + " ends with exit code 0 if it succeeded, 1 if it failed, and 2 if its"
                    + " arguments are wrong. If a command has other codes, it lists them below. The"
                    + " line of an error says what was expected and what came.")
            .paragraph(
                "`./unipin test` runs all tests. It is part of the script and takes the arguments"
                    + " of Maven.")
            .heading(2, "Options of all commands")
            .table(rows(main.getCommandSpec(), Set.of()));
    Set<String> everywhere = new HashSet<>(main.getCommandSpec().optionsMap().keySet());
    commands(main).forEach(command -> command(page, command, everywhere));
    return page.text();
  }

  /** Returns all commands below a command, in the order in which the help lists them. */
  static Stream<CommandLine> commands(CommandLine parent) {
    return parent.getSubcommands().values().stream()
        .distinct()
        .filter(command -> !command.getCommandSpec().usageMessage().hidden())
        .flatMap(command -> Stream.concat(Stream.of(command), commands(command)));
  }

  private static void command(Markdown page, CommandLine command, Set<String> everywhere) {
    CommandSpec spec = command.getCommandSpec();
    String name = spec.qualifiedName();
    int level = Math.min(DEEPEST_HEADING, name.split(" ", -1).length);
    page.heading(level, "./" + name);
    page.paragraph(Markdown.plain(words(spec.usageMessage().description())));
    page.paragraph("Usage: " + Markdown.quoted(usage(command)).replace("\\|", "|"));
    List<List<String>> rows = rows(spec, everywhere);
    if (rows.size() > 1) {
      page.table(rows);
    }
    List<String> footer =
        Stream.of(spec.usageMessage().footer())
            .flatMap(line -> unformatted(line).lines())
            .map(String::stripTrailing)
            .dropWhile(String::isEmpty)
            .toList();
    if (!footer.isEmpty()) {
      page.code(footer);
    }
  }

  private static String usage(CommandLine command) {
    command.getCommandSpec().usageMessage().autoWidth(false).width(10_000);
    Help help = command.getHelp();
    return help.synopsis(0).replaceAll("\\s+", " ").strip();
  }

  /** Returns the rows of a command's table, with the head. */
  private static List<List<String>> rows(CommandSpec spec, Set<String> without) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("argument", "meaning"));
    for (ArgSpec argument : spec.positionalParameters()) {
      rows.add(List.of(Markdown.quoted(argument.paramLabel()), meaning(argument)));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden() && !without.contains(option.longestName())) {
        rows.add(List.of(Markdown.quoted(name(option)), meaning(option)));
      }
    }
    return rows;
  }

  private static String name(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
  }

  private static String meaning(ArgSpec argument) {
    String words = Markdown.plain(words(argument.description()));
    boolean needed = argument.required() && argument.group() == null;
    return (needed ? "Required. " : "") + words;
  }

  private static String words(String[] description) {
    return unformatted(String.join(" ", description));
  }

  /** Replaces the marks that picocli formats: {@code %n} is a line break, and {@code %%} is %. */
  private static String unformatted(String text) {
    return text.replace("%n", "\n").replace("%%", "%");
  }
}
