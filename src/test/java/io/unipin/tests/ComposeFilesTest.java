package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.cli.Main;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that the commands in the compose files and in {@code unipin.service} make the files that
 * are read, and that these files get neither into an image nor into git. The commands run in the
 * root of the repository.
 */
final class ComposeFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final Pattern COMMAND = Pattern.compile("(?m)^# {3}(\\S.*)$");
  private static final Pattern REDIRECTION = Pattern.compile("2?>>?(\\S+)");
  private static final Pattern IN_DOCKER = Pattern.compile("(?<![\\w./-])docker/[\\w./-]+");
  private static final Pattern BUILD =
      Pattern.compile("(?m)docker build .*? (\\S+)(?: *#.*| *<.*)?$");

  /** Returns the commands in the comments of a file. */
  private static List<String> commands(String file) throws IOException {
    return COMMAND
        .matcher(Files.readString(ROOT.resolve(file)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private static JsonNode compose(String file) throws IOException {
    return new YAMLMapper().readTree(ROOT.resolve(file).toFile());
  }

  /** Returns the files and folders beside a compose file that it mounts, relative to the root. */
  private static Set<String> sources(String file) throws IOException {
    List<String> named = new ArrayList<>();
    compose(file)
        .path("services")
        .findValues("volumes")
        .forEach(list -> list.forEach(each -> named.add(each.asText().replaceFirst(":.*", ""))));
    compose(file).path("secrets").forEach(secret -> named.add(secret.path("file").asText()));
    Set<String> sources = new TreeSet<>();
    for (String source : named) {
      if (source.startsWith(".")) {
        sources.add(beside(file, source));
      }
    }
    return sources;
  }

  /** Returns a path that a compose file names, relative to the root. */
  private static String beside(String file, String path) {
    return Path.of(file).resolveSibling(path).normalize().toString();
  }

  private static Set<String> inDocker(List<String> commands) {
    Set<String> paths = new TreeSet<>();
    for (String command : commands) {
      IN_DOCKER.matcher(command).results().forEach(found -> paths.add(found.group()));
    }
    return paths;
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker/compose.yaml", "docker/fleet/compose.yaml"})
  void commands_makeAllFilesThatAreMounted(String file) throws IOException {
    List<String> commands = commands(file);
    Set<String> made = inDocker(commands);
    assertThat(made.remove(file)).as("started by its own path").isTrue();
    made.removeIf(path -> path.endsWith(".token"));
    Set<String> sources = sources(file);
    assertThat(sources).containsAll(made);
    assertThat(made).contains(beside(file, "bundles"));
    sources.removeAll(made);
    assertThat(sources).allSatisfy(source -> assertThat(ROOT.resolve(source)).exists());
    assertThat(sources).noneMatch(ComposeFilesTest::isLeftOutOfImages);
    for (String command : commands) {
      REDIRECTION
          .matcher(command)
          .results()
          .forEach(found -> assertThat(found.group(1)).startsWith("docker/"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker/compose.yaml", "docker/fleet/compose.yaml"})
  void secrets_canBeReadByTheUserOfTheImageAlone(String file) throws IOException {
    Matcher user =
        Pattern.compile("--uid (\\d+)")
            .matcher(Files.readString(ROOT.resolve("docker/Dockerfile")));
    assertThat(user.find()).isTrue();
    assertThat(compose(file).path("secrets")).isNotEmpty();
    for (JsonNode secret : compose(file).path("secrets")) {
      String path = beside(file, secret.path("file").asText());
      for (String change : List.of("chown " + user.group(1), "chmod 400")) {
        assertThat(commands(file))
            .as("%s of %s", change, path)
            .anyMatch(line -> line.contains(change + " ") && (line + " ").contains(path + " "));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker/compose.yaml", "docker/fleet/compose.yaml"})
  void filesThatCommandsMake_areLeftOutOfImagesAndOfGit(String file) throws IOException {
    Set<String> made = inDocker(commands(file));
    made.remove(file);
    assertThat(made).hasSizeGreaterThan(2);
    assertThat(made).allMatch(ComposeFilesTest::isLeftOutOfImages);
    assertThat(made).allMatch(path -> isMatched(path, patternsOfGit()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker/compose.yaml", "docker/fleet/compose.yaml"})
  void servers_areStartedAgainAfterAFailure(String file) throws IOException {
    JsonNode compose = compose(file);
    JsonNode server =
        compose.has("x-replica") ? compose.path("x-replica") : compose.at("/services/unipin");
    assertThat(server.path("restart").asText()).isEqualTo("on-failure");
  }

  @Test
  void commands_areTaken() throws IOException {
    int taken = 0;
    for (String file :
        List.of("docker/compose.yaml", "docker/fleet/compose.yaml", "docker/unipin.service")) {
      for (String command : commands(file)) {
        if (command.startsWith("./unipin ")) {
          String words = REDIRECTION.matcher(command).replaceAll("").strip();
          Main.commandLine().parseArgs(words.substring("./unipin ".length()).split(" +", -1));
          taken++;
        }
      }
    }
    assertThat(taken).isGreaterThan(5);
  }

  @Test
  void service_readsWhatItsCommandsMake() throws IOException {
    String unit = Files.readString(ROOT.resolve("docker/unipin.service"));
    String commands = String.join("\n", commands("docker/unipin.service")) + "\n";
    ServerConfig config =
        ConfigReader.read(ROOT.resolve("docker/server.yaml"), Map.of(), List.of());
    assertThat(commands)
        .contains(" --to " + config.bundle().folder() + " --name " + config.bundle().name() + "\n")
        .contains("chown -R unipin: " + config.bundle().folder().getParent() + "\n");
    Matcher start = Pattern.compile("ExecStart=(\\S+)/bin/serve --config (\\S+)").matcher(unit);
    assertThat(start.find()).isTrue();
    assertThat(commands)
        .contains("docker/layout.sh " + start.group(1) + "\n")
        .contains("docker/server.yaml " + start.group(2) + "\n");
  }

  /** A build receives its context, and only the root has a {@code .dockerignore}. */
  @Test
  void builds_receiveTheRootOrNothing() throws IOException {
    List<String> contexts = new ArrayList<>();
    for (String folder : List.of("docs", "docker")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        Stream<Path> shipped =
            files
                .filter(Files::isRegularFile)
                .filter(file -> !isLeftOutOfImages(ROOT.relativize(file).toString()));
        for (Path file : shipped.toList()) {
          BUILD
              .matcher(Files.readString(file))
              .results()
              .forEach(build -> contexts.add(build.group(1)));
        }
      }
    }
    assertThat(contexts).hasSizeGreaterThan(4).allMatch(List.of(".", "-")::contains);
  }

  @Test
  void filesThatGitIgnores_areLeftOutOfImages() {
    assertThat(lines(".dockerignore")).containsAll(patternsOfGit()).contains(".git");
  }

  /** Returns whether {@code .dockerignore} names a path, which is relative to the root. */
  static boolean isLeftOutOfImages(String path) {
    return isMatched(path, lines(".dockerignore"));
  }

  /** Returns the patterns of {@code .gitignore} in the form of {@code .dockerignore}. */
  private static List<String> patternsOfGit() {
    return lines(".gitignore").stream()
        .map(line -> line.replaceFirst("/$", ""))
        .map(line -> line.contains("/") ? line.replaceFirst("^/", "") : "**/" + line)
        .toList();
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(ROOT.resolve(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether a pattern matches a path or one of the folders that contain it. */
  private static boolean isMatched(String path, List<String> patterns) {
    return patterns.stream()
        .map(pattern -> pattern.replace("**/", "\0").replace(".", "\\.").replace("*", "[^/]*"))
        .anyMatch(pattern -> path.matches(pattern.replace("\0", "(.*/)?") + "(/.*)?"));
  }
}
