package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.security.Role;
import io.unipin.serving.security.TestCertificate;
import io.unipin.serving.security.TokenTable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests tokens, TLS and the audit log of the ports for HTTP with JSON. */
@Timeout(120)
final class JsonSecurityTest {
  private static final String USER = "{\"user\":{\"userId\":\"u\"}}";

  /** Calls of the service's port and of the admin port, by the role that they need. */
  private static final Map<Role, List<String>> CALLS =
      Map.of(
          Role.SERVE, List.of("RetrieveAndRank " + USER, "Retrieve " + USER),
          Role.RECORD, List.of("RecordActions {}"),
          Role.ERASE, List.of("EraseUser {\"userId\":\"u\"}"),
          Role.ITEMS, List.of("ChangeItems {}", "GetItem {\"id\":\"1\"}"),
          Role.ADMIN, List.of("GetBundle {}", "GetIndex {}", "GetCache {}", "ListBundles {}"));

  @TempDir Path folder;

  @Test
  void tokens_everyRole_allowsItsOwnCallsOnly() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (Role role : Role.values()) {
      lines.append(TokenTable.line(EnumSet.of(role), "token-" + role)).append('\n');
    }
    Path tokens = Files.writeString(folder.resolve("tokens"), lines);
    try (UniPinServer server =
        TestServer.start(folder, "json.enabled=true", "security.tokens=" + tokens)) {
      HttpClient http = HttpClient.newHttpClient();
      for (Map.Entry<Role, List<String>> needed : CALLS.entrySet()) {
        for (String call : needed.getValue()) {
          for (Role role : Role.values()) {
            boolean allowed =
                role == needed.getKey() || (role == Role.ADMIN && needed.getKey() == Role.ITEMS);
            HttpResponse<String> answer =
                call(http, "http", server, needed.getKey(), call, "Bearer token-" + role);
            assertThat(answer.statusCode())
                .as("%s with a token for %s", call, role)
                .isEqualTo(allowed ? 200 : 403);
          }
          for (String stranger : new String[] {"", "Bearer guess"}) {
            HttpResponse<String> answer =
                call(http, "http", server, needed.getKey(), call, stranger);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
          }
        }
      }
      for (String page : List.of("/healthz", "/openapi.json")) {
        URI uri = URI.create("http://127.0.0.1:" + server.jsonPort().orElseThrow() + page);
        assertThat(
                http.send(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void tls_hasTheCertificatesOfTheGrpcPorts() throws Exception {
    TestCertificate own = TestCertificate.make(folder, "server");
    TestCertificate operator = TestCertificate.make(folder, "operator");
    TestCertificate stranger = TestCertificate.make(folder, "stranger");
    try (UniPinServer server =
        TestServer.start(
            folder,
            "json.enabled=true",
            "security.certificate=" + own.certificate(),
            "security.key=" + own.key(),
            "security.clientAuthorities=" + operator.certificate())) {
      HttpClient trusting = client(own, null);
      assertThat(call(trusting, "https", server, Role.SERVE, "Retrieve " + USER, "").statusCode())
          .isEqualTo(200);
      HttpClient admin = client(own, operator);
      assertThat(call(admin, "https", server, Role.ADMIN, "GetBundle {}", "").statusCode())
          .isEqualTo(200);
      for (HttpClient refused : List.of(trusting, client(own, stranger))) {
        assertThatThrownBy(() -> call(refused, "https", server, Role.ADMIN, "GetBundle {}", ""))
            .isInstanceOf(IOException.class);
      }
      assertThatThrownBy(
              () ->
                  call(
                      HttpClient.newHttpClient(),
                      "http",
                      server,
                      Role.SERVE,
                      "Retrieve " + USER,
                      ""))
          .isInstanceOf(IOException.class);
      assertThat(
              auditOf(
                  call(admin, "https", server, Role.ADMIN, "LoadBundle {\"bundle\":\"two\"}", "")))
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains(
                          "\"LoadBundle\"", "CN=operator", "127.0.0.1", "\"bundle\":\"two\""));
    }
  }

  private List<String> auditOf(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).isEqualTo(200);
    try (Stream<Path> files = Files.walk(folder.resolve("history-audit"))) {
      StringBuilder lines = new StringBuilder();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        lines.append(Files.readString(file));
      }
      return lines.toString().lines().toList();
    }
  }

  private static HttpResponse<String> call(
      HttpClient http, String scheme, UniPinServer server, Role role, String call, String token)
      throws IOException, InterruptedException {
    boolean admin = role == Role.ADMIN || role == Role.ITEMS;
    int port = (admin ? server.jsonAdminPort() : server.jsonPort()).orElseThrow();
    String[] parts = call.split(" ", 2);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("%s://127.0.0.1:%s/v1/%s".formatted(scheme, port, parts[0])))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(parts[1]));
    if (!token.isEmpty()) {
      request.header("Authorization", token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /**
   * Returns a client that trusts the server's certificate, and presents {@code presented} unless it
   * is null.
   */
  private static HttpClient client(TestCertificate server, @Nullable TestCertificate presented)
      throws Exception {
    KeyStore trusted = empty();
    trusted.setCertificateEntry("server", certificate(server));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore shown = empty();
    if (presented != null) {
      shown.setKeyEntry(
          "presented", key(presented), new char[0], new Certificate[] {certificate(presented)});
    }
    keys.init(shown, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static KeyStore empty() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Certificate certificate(TestCertificate pem) throws Exception {
    try (InputStream in = Files.newInputStream(pem.certificate())) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey key(TestCertificate pem) throws Exception {
    String base64 = Files.readString(pem.key()).replaceAll("-----[^-]*-----|\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}
