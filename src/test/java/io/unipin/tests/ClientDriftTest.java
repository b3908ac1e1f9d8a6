package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares the clients with the proto files: the generated files, the methods of each client, and
 * the table in {@code docs/clients.md}. {@code JsonContractTest} does the same for OpenAPI.
 */
final class ClientDriftTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final Path PYTHON = ROOT.resolve("clients/python/unipin");
  private static final Path NODE = ROOT.resolve("clients/node");

  /** If this system property is {@code true}, the generated files are written instead. */
  private static final String WRITE = "unipin.writeClients";

  private static final List<ServiceDescriptor> SERVICES =
      Stream.of(ClientContract.SERVING, ClientContract.ADMIN)
          .flatMap(file -> file.getServices().stream())
          .toList();

  private static List<MethodDescriptor> rpcs() {
    return SERVICES.stream().flatMap(service -> service.getMethods().stream()).toList();
  }

  private static String snake(String name) {
    return name.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static String camel(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  @Test
  void generatedFiles_areThoseOfTheProtoFiles() throws IOException {
    Map<Path, byte[]> files =
        Map.of(
            PYTHON.resolve("contract.binpb"), ClientContract.descriptorSet(),
            PYTHON.resolve("messages.pyi"), bytes(ClientTypes.python()),
            NODE.resolve("contract.json"), bytes(ClientContract.json()),
            NODE.resolve("messages.d.ts"), bytes(ClientTypes.typescript()));
    for (Map.Entry<Path, byte[]> file : files.entrySet()) {
      if (Boolean.getBoolean(WRITE)) {
        Files.write(file.getKey(), file.getValue());
      }
      assertThat(Files.readAllBytes(file.getKey()))
          .as("%s; -D%s=true writes it anew", ROOT.relativize(file.getKey()), WRITE)
          .isEqualTo(file.getValue());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the part of a file that declares a class: up to the next declaration at the margin. */
  private static String declared(Path file, String beginning) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains("\n" + beginning);
    String rest = text.substring(text.indexOf("\n" + beginning) + 1);
    return Pattern.compile("\n(?=[a-z@}])").split(rest, 2)[0];
  }

  private static List<String> names(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1)).toList();
  }

  @Test
  void pythonClient_hasEveryRpcWithItsTypes() throws IOException {
    for (ServiceDescriptor service : SERVICES) {
      String client =
          declared(PYTHON.resolve("client.py"), "class " + service.getName() + "Client");
      List<String> expected = new ArrayList<>(List.of("close"));
      if (service.getName().equals("UniPin")) {
        expected.add("replicas");
      }
      for (MethodDescriptor rpc : service.getMethods()) {
        String name = snake(rpc.getName());
        expected.add(name);
        assertThat(client)
            .containsPattern(
                ("def %s\\(\\s*self, requests?: (?:Iterable\\[)?m\\.%s\\b[^)]*\\)"
                        + " -> (?:Iterator\\[)?m\\.%s\\b")
                    .formatted(name, rpc.getInputType().getName(), rpc.getOutputType().getName()));
      }
      assertThat(names(client, "\n    def ([a-z]\\w*)\\("))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void nodeClient_hasEveryRpcWithItsTypes() throws IOException {
    for (ServiceDescriptor service : SERVICES) {
      String beginning = "export class " + service.getName() + "Client";
      String client = declared(NODE.resolve("index.js"), beginning);
      String types = declared(NODE.resolve("index.d.ts"), beginning);
      List<String> expected = new ArrayList<>(List.of("close"));
      if (service.getName().equals("UniPin")) {
        expected.add("replicas");
      }
      for (MethodDescriptor rpc : service.getMethods()) {
        String name = camel(rpc.getName());
        expected.add(name);
        assertThat(types)
            .containsPattern(
                ("%s\\(\\s*requests?\\??:[^)]*\\bm\\.%s\\b[^)]*\\)"
                        + ": (?:Promise|AsyncGenerator)<m\\.%s\\b")
                    .formatted(name, rpc.getInputType().getName(), rpc.getOutputType().getName()));
      }
      assertThat(names(client, "\n  (?:async \\*)?([a-z]\\w*)\\("))
          .filteredOn(name -> !name.equals("constructor"))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(names(types, "\n  ([a-z]\\w*)\\(")).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /** Returns the cells of the table of RPCs, by the name of the RPC. */
  private static Map<String, List<String>> table() throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    Pattern row = Pattern.compile("(?m)^\\| `([A-Z]\\w*)` \\|(.*)\\|$");
    String page = Files.readString(ROOT.resolve("docs/clients.md"));
    String section = page.split("\n## The RPCs\n", 2)[1].split("\n## ", 2)[0];
    for (MatchResult found : row.matcher(section).results().toList()) {
      List<String> cells =
          Arrays.stream(found.group(2).split("\\|", -1))
              .map(cell -> cell.strip().replace("`", ""))
              .toList();
      rows.put(found.group(1), cells);
    }
    return rows;
  }

  @Test
  void page_namesEveryRpcAsTheClientsDo() throws IOException {
    Map<String, List<String>> rows = table();
    assertThat(rows.keySet())
        .containsExactlyInAnyOrderElementsOf(
            rpcs().stream().map(MethodDescriptor::getName).toList());
    for (MethodDescriptor rpc : rpcs()) {
      Class<?> java =
          rpc.getService().getName().equals("UniPin")
              ? UniPinClient.class
              : UniPinAdminClient.class;
      List<String> cells = Objects.requireNonNull(rows.get(rpc.getName()));
      assertThat(cells.get(0)).isEqualTo(snake(rpc.getName()));
      assertThat(cells.get(1)).isEqualTo(camel(rpc.getName()));
      assertThat(publicMethods(java)).as(rpc.getName()).contains(cells.get(2));
      boolean stream = rpc.isClientStreaming();
      assertThat(cells.get(3)).isEqualTo(stream ? "" : "/v1/" + rpc.getName());
    }
  }

  private static List<String> publicMethods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .map(Method::getName)
        .toList();
  }
}
