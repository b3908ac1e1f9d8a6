package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.unipin.cli.Main;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes the mistakes of {@code mistakes.yaml}, and checks that the answers name the place, the
 * cause, the nearest right name and the next command.
 */
@Timeout(120)
final class MistakesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern KEPT = Pattern.compile("content is kept: cp (\\S+) ");
  private static final long TERABYTE = 1L << 40;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static TinyServer server;
  private static TinyServer guarded;
  private static ServerSocket used;
  private static final Map<String, String> VALUES = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws IOException {
    server = ItemsServer.start(shared, "json.enabled=true");
    String tokens = TokenTable.line(Set.of(Role.SERVE), "feed");
    Files.writeString(shared.resolve("tokens"), tokens + "\n");
    Files.writeString(shared.resolve("serve.token"), "feed");
    guarded =
        TinyServer.start(shared.resolve("guarded"), "security.tokens=" + shared.resolve("tokens"));
    FeedLogWriter.write(
        FeedSimulator.simulate(SimulatorConfig.of(60, 80, 1)), shared.resolve("feedlog"));
    used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int closed;
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = other.getLocalPort();
    }
    VALUES.put("shared", shared.toString());
    VALUES.put("address", server.address());
    VALUES.put("admin", server.adminAddress());
    VALUES.put("json", server.json());
    VALUES.put("guarded", guarded.address());
    VALUES.put("used", String.valueOf(used.getLocalPort()));
    VALUES.put("closed", String.valueOf(closed));
    VALUES.put("pid", String.valueOf(ProcessHandle.current().pid()));
  }

  @AfterAll
  static void stop() throws IOException {
    used.close();
    guarded.close();
    server.close();
  }

  /** One entry of the list. Reports of this test show its name. */
  record Mistake(JsonNode entry) {
    @Override
    public String toString() {
      return entry.path("name").asText();
    }
  }

  static Stream<Mistake> mistakes() throws IOException {
    try (InputStream list = MistakesTest.class.getResourceAsStream("/mistakes.yaml")) {
      JsonNode entries = new ObjectMapper(new YAMLFactory()).readTree(list);
      return StreamSupport.stream(entries.spliterator(), false).map(Mistake::new);
    }
  }

  @Test
  void list_hasFortyDifferentMistakes() throws IOException {
    List<String> names = mistakes().map(Mistake::toString).toList();
    assertThat(names).hasSize(40).doesNotHaveDuplicates();
    assertThat(mistakes())
        .allSatisfy(m -> assertThat(m.entry().path("reported").asText()).isNotBlank());
  }

  private String filled(String text) {
    String filled = text.replace("{dir}", folder.toString());
    for (Map.Entry<String, String> value : VALUES.entrySet()) {
      filled = filled.replace("{" + value.getKey() + "}", value.getValue());
    }
    return filled;
  }

  private String text(Mistake mistake, String field) {
    return filled(mistake.entry().path(field).asText());
  }

  private List<String> texts(Mistake mistake, String field) {
    List<String> all = new ArrayList<>();
    mistake.entry().path(field).forEach(each -> all.add(filled(each.asText())));
    return all;
  }

  private void prepare(Mistake mistake) throws IOException {
    for (Map.Entry<String, JsonNode> file : mistake.entry().path("files").properties()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, filled(file.getValue().asText()));
    }
    if (mistake.entry().has("sparse")) {
      Path file = folder.resolve(text(mistake, "sparse"));
      try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
        large.setLength(TERABYTE);
      }
    }
  }

  /** The exit code of a command, and what it printed. */
  private record Answer(int code, String out, String err) {
    String lastLine() {
      return err.lines().reduce("", (before, line) -> line);
    }
  }

  /** Runs a command. Deletes the file that the command keeps if it can't write its output. */
  private static Answer run(List<String> words) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(String[]::new));
    Matcher kept = KEPT.matcher(err.toString());
    if (kept.find()) {
      Files.delete(Path.of(kept.group(1)));
    }
    return new Answer(code, out.toString(), err.toString());
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistake_isAnsweredWithPlaceCauseNearestNameAndNextCommand(Mistake mistake) throws Exception {
    prepare(mistake);
    if (mistake.entry().has("post")) {
      checkCall(mistake);
    } else if (mistake.entry().path("report").asBoolean()) {
      Answer answer = run(texts(mistake, "does"));
      assertThat(answer.code()).isEqualTo(mistake.entry().path("exit").asInt());
      checkMessage(mistake, answer.out());
    } else {
      checkLine(mistake, run(texts(mistake, "does")));
      checkJson(mistake, texts(mistake, "does"));
    }
  }

  private void checkMessage(Mistake mistake, String message) {
    assertThat(message).contains(text(mistake, "place")).contains(texts(mistake, "cause"));
    if (mistake.entry().has("nearest")) {
      assertThat(message).contains("did you mean '" + text(mistake, "nearest") + "'?");
    }
  }

  private void checkLine(Mistake mistake, Answer answer) {
    assertThat(answer.code()).as(answer.err()).isEqualTo(mistake.entry().path("exit").asInt());
    checkMessage(mistake, answer.lastLine());
    assertThat(answer.lastLine()).contains("(next: " + text(mistake, "next"));
    assertThat(answer.err()).doesNotContain("Exception");
  }

  private void checkJson(Mistake mistake, List<String> words) throws IOException {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--errors", "json"));
    Answer answer = run(all);
    JsonNode error = JSON.readTree(answer.lastLine()).path("error");
    assertThat(error.path("exit").asInt()).isEqualTo(answer.code());
    assertThat(error.path("code").asText()).isNotEmpty();
    checkMessage(mistake, error.path("message").asText());
    assertThat(error.path("place").asText()).contains(text(mistake, "place"));
    assertThat(error.path("nearest").asText()).isEqualTo(text(mistake, "nearest"));
    assertThat(error.path("next").asText()).isNotEmpty();
  }

  private void checkCall(Mistake mistake) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.json() + text(mistake, "post")))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(text(mistake, "body")))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(mistake.entry().path("exit").asInt());
    checkMessage(mistake, JSON.readTree(response.body()).path("message").asText());
  }
}
