package io.unipin.serving.checks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the process that listens on a port, in the files in which Linux describes its processes.
 *
 * <p>Without privileges, only processes of the same user can be found. Immutable.
 */
public final class PortHolder {
  /** The state of a listening socket in the table of sockets. */
  private static final String LISTENS = "0A";

  private static final int MOST_BYTES = 65_536;
  private static final int MOST_CHARACTERS = 80;

  private final Path proc;

  /**
   * Creates a search.
   *
   * @param proc the folder {@code /proc}, or a folder of a test
   */
  PortHolder(Path proc) {
    this.proc = proc;
  }

  /**
   * Returns the process that listens on a port, such as {@code process 812 (nginx)}; empty if it
   * can't be found. The program's options are left out, because they may hold secrets.
   */
  public static Optional<String> of(int port) {
    return new PortHolder(Path.of("/proc")).find(port);
  }

  Optional<String> find(int port) {
    Set<String> sockets = new HashSet<>(sockets("net/tcp", port));
    sockets.addAll(sockets("net/tcp6", port));
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (holdsOne(process, sockets)) {
          return Optional.of("process %s (%s)".formatted(process.getFileName(), command(process)));
        }
      }
      return Optional.empty();
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty(); // not on Linux
    }
  }

  /** Returns the names that the files of a process use for the sockets that listen on a port. */
  private List<String> sockets(String table, int port) {
    String address = ":%04X".formatted(port);
    try {
      return Files.readAllLines(proc.resolve(table), StandardCharsets.ISO_8859_1).stream()
          .map(line -> line.strip().split("\\s+", -1))
          .filter(field -> field.length > 9)
          .filter(field -> field[1].endsWith(address) && field[3].equals(LISTENS))
          .map(field -> "socket:[" + field[9] + "]")
          .toList();
    } catch (IOException e) {
      return List.of(); // not on Linux, or the kernel lacks this protocol
    }
  }

  private static boolean holdsOne(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file)
            && sockets.contains(Files.readSymbolicLink(file).toString())) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      return false; // the process of another user, or one that ended meanwhile
    }
  }

  /** Returns the program's name. For a program in Java, its main class and the next word follow. */
  private static String command(Path process) {
    List<String> words = new ArrayList<>();
    try {
      byte[] line = Files.readAllBytes(process.resolve("cmdline"));
      String text = new String(line, 0, Math.min(line.length, MOST_BYTES), StandardCharsets.UTF_8);
      words.addAll(List.of(text.split("\0", -1)));
    } catch (IOException e) {
      return "unknown";
    }
    String program = words.get(0).substring(words.get(0).lastIndexOf('/') + 1);
    String shown = program.equals("java") ? program + main(words) : program;
    String plain = shown.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= MOST_CHARACTERS ? plain : plain.substring(0, MOST_CHARACTERS) + "…";
  }

  private static String main(List<String> words) {
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("-cp") || word.equals("-classpath") || word.equals("--class-path")) {
        i++; // skips the class path
      } else if (!word.startsWith("-") && !word.startsWith("@")) {
        boolean more = i + 1 < words.size() && words.get(i + 1).matches("[a-z]+");
        String name = word.substring(word.lastIndexOf('/') + 1);
        return " " + name + (more ? " " + words.get(i + 1) : "");
      }
    }
    return "";
  }
}
