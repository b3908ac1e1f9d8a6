package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.client.ClientSecurity;
import io.unipin.client.UniPinAdminClient;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.rpc.FaultyServer;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Makes the same calls with all clients and by HTTP with JSON: every RPC, and every reason of an
 * error. Also runs the clients' own tests and the programs of {@code docs/clients.md}.
 */
@Timeout(240)
final class ConformanceTest {
  private static final String SERVE = "serve-token";
  private static final String ADMIN = "admin-token";
  private static final int QUICK_START_LINES = 20;

  @TempDir static Path folder;
  private static TinyServer main;
  private static TinyServer strict;
  private static FaultyServer faulty;
  private static JsonNode servers;
  private static List<JsonNode> reference;

  @BeforeAll
  static void start() throws Exception {
    Path own = folder.resolve("main");
    Files.createDirectories(own.resolve("bundles"));
    TinyCounts.publish(own);
    main = ItemsServer.start(own, "json.enabled=true", "counts.folder=" + own.resolve("counts"));
    KeytoolCertificate certificate = KeytoolCertificate.make(folder);
    Path tokens =
        Files.write(
            folder.resolve("tokens"),
            List.of(
                TokenTable.line(Set.of(Role.SERVE), SERVE),
                TokenTable.line(Set.of(Role.ADMIN), ADMIN)));
    strict =
        ItemsServer.start(
            Files.createDirectory(folder.resolve("strict")),
            "json.enabled=true",
            "security.tokens=" + tokens,
            "security.certificate=" + certificate.certificate(),
            "security.key=" + certificate.key(),
            "items.maxPutsPerSecond=0.001");
    faulty = FaultyServer.start("faulty");
    ObjectNode all = Conformance.JSON.createObjectNode();
    describe(all.putObject("main"), main);
    describe(all.putObject("strict"), strict);
    String ca = certificate.certificate().toString();
    for (String url : List.of("json", "adminJson")) {
      String plain = all.path("strict").path(url).asText();
      ((ObjectNode) all.path("strict")).put(url, plain.replace("http:", "https:")).put("ca", ca);
    }
    all.putObject("faulty").put("address", faulty.address()).put("json", faulty.json());
    servers = all;
    ClientSecurity administrator = new ClientSecurity(certificate.certificate(), null, null, ADMIN);
    try (UniPinAdminClient admin =
        UniPinAdminClient.connect(strict.adminAddress(), administrator)) {
      admin.putItems(List.of(ItemsServer.item(0))); // uses up the rate
    }
    reference = JavaCalls.outcomes(servers, Conformance.cases("java"));
  }

  private static void describe(ObjectNode out, TinyServer server) {
    out.put("address", server.address()).put("admin", server.adminAddress());
    out.put("json", server.json()).put("adminJson", server.adminJson());
  }

  @AfterAll
  static void stop() {
    main.close();
    strict.close();
    faulty.close();
  }

  /** Checks all cases, and names all those that failed. */
  private static void check(
      List<JsonNode> cases, List<JsonNode> outcomes, List<JsonNode> expected) {
    assertThat(outcomes).hasSameSizeAs(cases);
    assertAll(
        IntStream.range(0, cases.size())
            .mapToObj(
                i -> () -> Conformance.check(cases.get(i), outcomes.get(i), expected.get(i))));
  }

  @Test
  void cases_nameEveryRpcAndEveryReason() {
    Set<String> answered = new TreeSet<>();
    Set<String> reasons = new TreeSet<>();
    for (JsonNode test : Conformance.cases("java")) {
      if (test.has("error")) {
        reasons.add(test.at("/error/reason").asText());
      } else {
        answered.add(test.path("rpc").asText());
      }
    }
    assertThat(answered).containsExactlyInAnyOrderElementsOf(Conformance.rpcs());
    List<String> expected = new ArrayList<>(List.of("UNAUTHENTICATED", "PERMISSION_DENIED"));
    Arrays.stream(FailureKind.values()).map(FailureKind::name).forEach(expected::add);
    assertThat(reasons).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void java_passesAllCases() {
    check(Conformance.cases("java"), reference, reference);
  }

  @Test
  void json_passesAllCases() throws Exception {
    List<JsonNode> cases = new ArrayList<>(Conformance.cases("json"));
    List<JsonNode> outcomes = new ArrayList<>(JsonDoorCalls.outcomes(servers, cases));
    List<JsonNode> expected = new ArrayList<>(reference);
    for (int i = cases.size() - 1; i >= 0; i--) {
      if (cases.get(i).path("rpc").asText().equals("ChangeItemsStream")) {
        cases.remove(i);
        expected.remove(i);
        assertThat(outcomes.remove(i).path("code").asText()).isEqualTo("UNIMPLEMENTED");
      }
    }
    check(cases, outcomes, expected);
  }

  @ParameterizedTest
  @EnumSource
  void client_passesAllCases(ClientLanguage language) {
    List<JsonNode> cases = Conformance.cases(language.name());
    Path scratch = folder.resolve("run-" + language);
    check(cases, language.outcomes(scratch, servers, cases), reference);
  }

  @Test
  void pythonClient_passesItsOwnTests() throws Exception {
    ClientLanguage.PYTHON.run(folder, "-m", "unittest", "discover", "-s", "tests");
  }

  @Test
  void nodeClient_passesItsOwnTests() throws Exception {
    ClientLanguage.NODE.run(folder.resolve("own"), "--test", "test/fleet.test.js");
  }

  /** Runs the program on the page, but with the address of the test's server. */
  @ParameterizedTest
  @EnumSource
  void quickStart_ofThePage_works(ClientLanguage language) throws Exception {
    boolean python = language == ClientLanguage.PYTHON;
    String page = Files.readString(Path.of(System.getProperty("unipin.root"), "docs/clients.md"));
    String fence = python ? "python" : "js";
    List<String> programs =
        Pattern.compile("(?s)```" + fence + "\n(.*?)```")
            .matcher(page)
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(programs).hasSize(1);
    String program = programs.get(0);
    assertThat(program.lines().filter(line -> !line.isBlank())).hasSizeLessThan(QUICK_START_LINES);
    assertThat(program).contains("127.0.0.1:9090");
    String here = program.replace("127.0.0.1:9090", main.address());
    String said;
    if (python) {
      said = language.run(folder, "-c", here);
    } else {
      said = language.run(folder.resolve("quick"), "--input-type=module", "--eval", here);
    }
    assertThat(said).contains("Item ").contains("recorded 1");
  }
}
