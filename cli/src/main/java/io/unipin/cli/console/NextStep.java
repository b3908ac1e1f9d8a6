package io.unipin.cli.console;

import io.unipin.client.RequestException;
import io.unipin.feedlog.FeedLogException;
import io.unipin.serving.bundle.BundleException;
import io.unipin.settings.ConfigException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** Finds the command that a user should run after a failure. */
final class NextStep {
  /** The role that a token needs, by the first word of the command. */
  private static final Map<String, String> ROLES =
      Map.of(
          "request",
          "serve",
          "loadtest",
          "serve",
          "actions",
          "record",
          "erase",
          "erase",
          "items",
          "items");

  private static final Pattern ROLE = Pattern.compile("a token with the role (\\w+)");
  private static final Pattern AT_MOST = Pattern.compile("at most ([1-9]\\d*) MiB expected");
  private static final Pattern ROOM = Pattern.compile("MiB free for .* expected at ([^,]+), got");
  private static final Pattern LINE =
      Pattern.compile("(\\S+?)(?::(\\d+)(?::\\d+)?| line (\\d+)(?:, column \\S+)?)(?:: .*)?");

  /** Matches the next command at the end of a message that already contains it. */
  private static final Pattern OWN = Pattern.compile("(?<=: |run )\\./unipin [^;]+$");

  private final CommandSpec spec;
  private final List<String> arguments;

  /**
   * Creates the finder for a failed command.
   *
   * @param arguments the whole command line
   */
  NextStep(CommandSpec spec, List<String> arguments) {
    this.spec = spec;
    this.arguments = List.copyOf(arguments);
  }

  String after(Throwable failure, String message, ErrorLine parts) {
    Matcher own = OWN.matcher(message);
    if (own.find()) {
      return own.group();
    }
    String corrected =
        parts.nearest().isEmpty()
            ? ""
            : CommandText.corrected(arguments, parts.got(), parts.nearest());
    if (!corrected.isEmpty()) {
      return corrected;
    }
    return server(failure, message)
        .or(() -> room(failure, message, parts))
        .or(() -> file(failure, parts))
        .orElseGet(() -> CommandText.help(spec.qualifiedName()));
  }

  /** Returns the next step after a server refused the request or did not answer. */
  private Optional<String> server(Throwable failure, String message) {
    if (failure instanceof RequestException request) {
      if (request.isDenied()) {
        Matcher role = ROLE.matcher(message);
        String needed = role.find() ? role.group(1) : ROLES.getOrDefault(verb(), "admin");
        return Optional.of("./unipin token --role " + needed);
      }
      if (request.kind() == RequestException.Kind.UNAVAILABLE) {
        return Optional.of("./unipin serve --bundle DIR");
      }
    }
    boolean noBundle = message.contains("no such bundle");
    return noBundle || (failure instanceof BundleException && verb().equals("bundle"))
        ? Optional.of("./unipin bundle list")
        : Optional.empty();
  }

  private String verb() {
    String[] names = spec.qualifiedName().split(" ", -1);
    return names.length < 2 ? "" : names[1];
  }

  /** Returns the next step after a failure for lack of a port, of memory or of room on the disk. */
  private Optional<String> room(Throwable failure, String message, ErrorLine parts) {
    boolean taken =
        failure.getCause() instanceof BindException
            || message.contains("another port than that of");
    if (failure instanceof ConfigException && taken) {
      return Optional.of(withSetting(parts.place(), "0"));
    }
    Matcher most = AT_MOST.matcher(message);
    if (failure instanceof ConfigException && most.find()) {
      return Optional.of(withSetting(parts.place(), most.group(1) + "MiB"));
    }
    Matcher room = ROOM.matcher(message);
    if (room.find()) {
      return Optional.of("df -h " + CommandText.quoted(existing(Path.of(room.group(1)))));
    }
    if (message.contains("No space left on device")) {
      return Optional.of(
          parts.place().isEmpty() ? "df -h" : "df -h " + CommandText.quoted(parts.place()));
    }
    return Optional.empty();
  }

  private static String existing(Path place) {
    Path at = place.toAbsolutePath().normalize();
    while (!Files.exists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at.toString();
  }

  /** Returns the command line with another value of a setting. */
  private String withSetting(String key, String value) {
    List<String> all = new ArrayList<>(arguments);
    boolean had = false;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).startsWith(key + "=")) {
        all.set(i, key + "=" + value);
        had = true;
      }
    }
    if (!had) {
      all.addAll(List.of("--set", key + "=" + value));
    }
    return CommandText.of(all);
  }

  /**
   * Returns the next step after a file was refused: the command that opens or examines the file.
   */
  private Optional<String> file(Throwable failure, ErrorLine parts) {
    Matcher line = LINE.matcher(parts.place());
    if (line.matches()) {
      String number = line.group(2) == null ? line.group(3) : line.group(2);
      Optional<Path> file = find(line.group(1));
      if (file.isPresent() && !isPacked(line.group(1))) {
        return Optional.of(
            "vi +%s %s".formatted(number, CommandText.quoted(file.get().toString())));
      }
    }
    return failure instanceof FeedLogException && verb().equals("import")
        ? Optional.of(validation())
        : Optional.empty();
  }

  private static boolean isPacked(String name) {
    return name.matches(".*\\.(gz|zst|bz2|zip|parquet)");
  }

  /**
   * Finds the file that a message names without its folder. The file is an argument of the command,
   * or it lies in a folder that is an argument.
   */
  private Optional<Path> find(String name) {
    for (String argument : arguments) {
      String value = argument.startsWith("--") ? argument.replaceFirst("^[^=]*=", "") : argument;
      if (value.indexOf('\0') < 0) {
        Path path = Path.of(value);
        if (path.endsWith(name) && Files.isRegularFile(path)) {
          return Optional.of(path);
        }
        if (!value.isEmpty() && Files.isRegularFile(path.resolve(name))) {
          return Optional.of(path.resolve(name));
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the command that examines the files of an import. */
  private String validation() {
    List<String> words = new ArrayList<>(List.of("validate"));
    spec.positionalParameters().stream()
        .map(parameter -> parameter.getValue())
        .filter(Path.class::isInstance)
        .forEach(value -> words.add(value.toString()));
    if (spec.findOption("--mapping") != null
        && spec.findOption("--mapping").getValue() instanceof Path mapping) {
      words.addAll(List.of("--mapping", mapping.toString()));
    }
    return CommandText.of(words);
  }
}
