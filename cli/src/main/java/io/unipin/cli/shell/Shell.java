package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Failures;
import io.unipin.client.RequestException;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads lines and runs their commands. An error is one line: what was expected, what came, and what
 * to type next. Not thread-safe.
 */
final class Shell {
  private final Context context;
  private final PrintWriter err;
  private final AnswerLog log;
  private final Map<String, ShellVerb> verbs = new LinkedHashMap<>();
  private boolean ended;

  /**
   * Creates a shell.
   *
   * @param err receives the errors of lines that come from a script
   * @param log receives all answers
   */
  Shell(Context context, PrintWriter err, AnswerLog log) {
    this.context = context;
    this.err = err;
    this.log = log;
    add(new FeedVerbs(context).verbs());
    add(new WhyVerb(context).verbs());
    add(new ActionVerbs(context).verbs());
    add(new ItemVerbs(context).verbs());
    add(
        List.of(
            new ShellVerb("help", "[COMMAND]", "Shows all commands, or one.", this::help),
            new ShellVerb("quit", "", "Ends the shell.", this::quit)));
  }

  private void add(List<ShellVerb> more) {
    more.forEach(verb -> verbs.put(verb.name(), verb));
  }

  Collection<ShellVerb> verbs() {
    return verbs.values();
  }

  /**
   * Runs all lines.
   *
   * @param keepGoing whether a script continues after a line that failed
   * @return exit code: 1 if a line of a script failed; otherwise 0
   */
  int run(boolean keepGoing) throws IOException {
    Lines lines = context.lines();
    boolean failed = false;
    int number = 1;
    for (String line = lines.next(prompt());
        line != null;
        line = ended ? null : lines.next(prompt())) {
      if (!line.isBlank() && !line.startsWith("#") && !runs(line, number)) {
        failed = true;
        if (!lines.isInteractive() && !keepGoing) {
          break;
        }
      }
      context.out().flush();
      number++;
    }
    return failed && !lines.isInteractive() ? 1 : 0;
  }

  private String prompt() {
    Session session = context.session();
    return (session.hasUser() ? session.user() : "unipin") + "> ";
  }

  /** Runs a line, and returns whether it succeeded. */
  private boolean runs(String line, int number) throws IOException {
    try {
      Arguments arguments = Arguments.of(line);
      log.answer(line, verb(arguments.command()).action().run(arguments));
      return true;
    } catch (ShellException e) {
      fail(line, number, e.line());
    } catch (RequestException e) {
      String command = line.strip().split("\\s+", 2)[0];
      fail(line, number, ShellException.line(Failures.line(e), next(e, command)));
    } catch (CommandException | IOException e) {
      fail(line, number, ShellException.line(Failures.line(e), "help"));
    }
    return false;
  }

  /** Returns what to type after a server refused a command. */
  private static String next(RequestException failure, String command) {
    return switch (failure.kind()) {
      case INVALID, TOO_LARGE -> command.equals("next") ? "page" : "help " + command;
      case OVERLOADED, DEADLINE, CANCELLED, UNAVAILABLE -> "the same again";
      case INTERNAL -> "the server's log";
    };
  }

  private void fail(String line, int number, String message) throws IOException {
    log.failure(line, message);
    if (context.lines().isInteractive()) {
      context.out().println("error: " + message);
    } else {
      context.out().flush();
      err.println("unipin shell: line " + number + ": " + message);
    }
  }

  private ShellVerb verb(String name) {
    ShellVerb verb = verbs.get(name.equals("exit") ? "quit" : name);
    if (verb == null) {
      throw new ShellException(
          "a command expected, got '" + name + "'" + Nearest.hint(name, verbs.keySet()), "help");
    }
    return verb;
  }

  private JsonNode help(Arguments arguments) {
    arguments.require(0, 1, "help [COMMAND]");
    if (arguments.words().isEmpty()) {
      int widest = verbs.values().stream().mapToInt(verb -> verb.form().length()).max().orElse(0);
      for (ShellVerb verb : verbs.values()) {
        String padding = " ".repeat(widest - verb.form().length());
        context.out().println("  " + verb.form() + padding + "  " + verb.meaning());
      }
      context.out().println("An ITEM is #3, which is rank 3 of the last page, an id, or a key.");
    } else {
      ShellVerb verb = verb(arguments.words().get(0));
      context.out().println(verb.form() + ": " + verb.meaning());
    }
    return MissingNode.getInstance();
  }

  private JsonNode quit(Arguments arguments) {
    arguments.require(0, 0, "quit without words");
    ended = true;
    return MissingNode.getInstance();
  }
}
