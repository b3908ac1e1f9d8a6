package io.unipin.cli.demo;

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

/** Asks a server's console why an item is on a user's page, or why it is not. Thread-safe. */
final class ConsoleInspector {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ObjectMapper mapper = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI inspect;

  /**
   * Creates an inspector.
   *
   * @param console the console's address, without a path
   */
  ConsoleInspector(String console) {
    this.inspect = URI.create(console + "/api/inspect");
  }

  ItemFate judge(Visitor visitor, long item, int pageSize)
      throws IOException, InterruptedException {
    Map<String, Object> form =
        Map.of(
            "user",
            visitor.user().id(),
            "timeMs",
            visitor.timeMs(),
            "item",
            item,
            "pageSize",
            pageSize);
    HttpRequest request =
        HttpRequest.newBuilder(inspect)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(mapper.writeValueAsString(form)))
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    JsonNode answer = mapper.readTree(response.body());
    if (response.statusCode() != 200) {
      throw new CommandException(
          "status 200 expected from the console's inspector, got %s: %s"
              .formatted(response.statusCode(), answer.path("error").asText()));
    }
    return ItemFate.of(answer);
  }
}
