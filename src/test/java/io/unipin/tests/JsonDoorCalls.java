package io.unipin.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes the calls of cases by HTTP with JSON. */
final class JsonDoorCalls {
  private JsonDoorCalls() {}

  /**
   * Makes the calls of cases.
   *
   * @param servers addresses and authorities, by the server's name in the cases
   * @return how each case ended
   */
  static List<JsonNode> outcomes(JsonNode servers, List<JsonNode> cases) throws Exception {
    List<JsonNode> outcomes = new ArrayList<>();
    for (JsonNode test : cases) {
      JsonNode server = servers.path(test.path("server").asText());
      String port = server.path(Conformance.isAdmin(test) ? "adminJson" : "json").asText();
      URI uri = URI.create(port + "/v1/" + test.path("rpc").asText());
      String body =
          (test.has("requests") ? test.at("/requests/0") : test.path("request")).toString();
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body));
      if (test.has("token")) {
        request.header("Authorization", "Bearer " + test.path("token").asText());
      }
      if (test.has("deadlineMs")) {
        request.header("X-Deadline-Ms", test.path("deadlineMs").asText());
      }
      HttpResponse<InputStream> response =
          client(server).send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream answer = response.body()) {
        outcomes.add(
            outcome(test, response.statusCode() == 200, Conformance.JSON.readTree(answer)));
      }
    }
    return outcomes;
  }

  private static HttpClient client(JsonNode server) throws Exception {
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (server.has("ca")) {
      builder.sslContext(trusting(Path.of(server.path("ca").asText())));
    }
    return builder.build();
  }

  private static SSLContext trusting(Path authorities) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null);
    try (InputStream in = Files.newInputStream(authorities)) {
      Certificate authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
      trusted.setCertificateEntry("server", authority);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static JsonNode outcome(JsonNode test, boolean succeeded, JsonNode body) {
    ObjectNode outcome = Conformance.JSON.createObjectNode();
    outcome.set("name", test.path("name"));
    if (succeeded) {
      outcome.putArray("answers").add(body);
      return outcome;
    }
    outcome.set("code", body.path("code"));
    outcome.set("message", body.path("message"));
    ArrayNode violations = outcome.putArray("violations");
    for (JsonNode detail : body.path("details")) {
      if (detail.has("reason")) {
        outcome.set("reason", detail.path("reason"));
      }
      for (JsonNode one : detail.path("fieldViolations")) {
        violations.addArray().add(one.path("field")).add(one.path("description"));
      }
      if (detail.has("retryDelay")) {
        Duration pause = Duration.parse("PT" + detail.path("retryDelay").asText());
        outcome.put("retryAfterMs", pause.toMillis());
      }
    }
    return outcome;
  }
}
