package io.unipin.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.CommandException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a server's console. Thread-safe. */
public final class ConsoleClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ObjectMapper mapper = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final String console;
  private final @Nullable String token;

  /**
   * Creates a client.
   *
   * @param console the console's address, without a path
   * @param token bearer token; null if the console asks for none
   */
  public ConsoleClient(String console, @Nullable String token) {
    this.console = console;
    this.token = token;
  }

  /**
   * Sends a form, and returns the answer.
   *
   * @param path name of the console's action, such as {@code inspect}
   * @throws CommandException when the console refuses the form
   */
  public JsonNode ask(String path, Map<String, Object> form)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(console + "/api/" + path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(mapper.writeValueAsString(form)));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new CommandException(
          "status 200 expected from the console, got %s: %s"
              .formatted(response.statusCode(), error(response.body())));
    }
    return mapper.readTree(response.body());
  }

  private static String error(String body) throws IOException {
    return body.startsWith("{") ? mapper.readTree(body).path("error").asText(body) : body;
  }
}
