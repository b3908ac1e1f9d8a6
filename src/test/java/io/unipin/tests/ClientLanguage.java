package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A client of another language, and how to start programs that use it. */
enum ClientLanguage {
  PYTHON("python3 with the modules grpc and google.protobuf expected, not found"),
  NODE("node, and .unipin/node with the Node client's packages expected, not found");

  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final Path SOURCES = ROOT.resolve("clients");
  private static final Path PACKAGES = ROOT.resolve(".unipin/node/node_modules");

  private final String missing;

  ClientLanguage(String missing) {
    this.missing = missing;
  }

  /** Returns the interpreter if it has what the client needs. */
  private Optional<Path> interpreter() {
    String name = this == PYTHON ? "python3" : "node";
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .filter(this::isComplete)
        .findFirst();
  }

  private boolean isComplete(Path interpreter) {
    if (this == NODE) {
      return Files.isDirectory(PACKAGES.resolve("@grpc/grpc-js"));
    }
    try {
      return new ProcessBuilder(interpreter.toString(), "-c", "import grpc, google.protobuf")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Skips the test if the interpreter or the packages are missing. If programs are required, the
   * test fails instead.
   */
  private Path needed() {
    Optional<Path> found = interpreter();
    if (Programs.areRequired()) {
      assertThat(found).as(missing).isPresent();
    }
    assumeTrue(found.isPresent(), missing);
    return found.get();
  }

  /**
   * Runs a program with the client.
   *
   * @param scratch empty or missing folder, or one that was used before
   * @param words options and files, relative to the client's folder
   * @return what the program printed
   */
  String run(Path scratch, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(needed().toString()));
    command.addAll(List.of(words));
    if (this == PYTHON) {
      return said(command, SOURCES.resolve("python"));
    }
    Path folder = copy(SOURCES.resolve("node"), scratch.resolve("node"));
    // A program of Node finds packages only in folders above its own files.
    Path link = Files.createSymbolicLink(folder.resolve("node_modules"), PACKAGES);
    try {
      return said(command, folder);
    } finally {
      Files.delete(link);
    }
  }

  private static String said(List<String> command, Path folder)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("PYTHONPATH", SOURCES.resolve("python").toString());
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    environment.put("no_proxy", "127.0.0.1,localhost");
    environment.put(
        "UNIPIN_REPLICA_ORDER",
        ROOT.resolve("client/src/test/resources/io/unipin/client/replica-order.json").toString());
    Path errors = Files.createTempFile("unipin-client", ".log");
    try {
      Process process = builder.redirectError(errors.toFile()).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      assertThat(status).as("%s%n%s", said, Files.readString(errors)).isZero();
      return said;
    } finally {
      Files.delete(errors);
    }
  }

  /** Copies the files of a folder and of the folders in it, but no packages. */
  private static Path copy(Path source, Path target) throws IOException {
    if (Files.exists(target)) {
      return target;
    }
    Files.createDirectories(target.resolve("test"));
    for (Path folder : List.of(source, source.resolve("test"))) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, target.resolve(source.relativize(file).toString()));
        }
      }
    }
    return target;
  }

  /**
   * Makes the calls of cases.
   *
   * @param servers addresses and authorities, by the server's name in the cases
   * @return how each case ended
   */
  List<JsonNode> outcomes(Path scratch, JsonNode servers, List<JsonNode> cases) {
    try {
      Files.createDirectories(scratch);
      Path known = Files.writeString(scratch.resolve("servers.json"), servers.toString());
      Path calls = Files.writeString(scratch.resolve("cases.json"), cases.toString());
      String program = this == PYTHON ? "tests/conformance.py" : "test/conformance.js";
      List<JsonNode> outcomes = new ArrayList<>();
      String said = run(scratch, program, known.toString(), calls.toString());
      for (String line : said.lines().toList()) {
        outcomes.add(Conformance.JSON.readTree(line));
      }
      return outcomes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
