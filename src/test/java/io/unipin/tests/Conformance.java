package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.MethodDescriptor;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * The cases that every client must pass: {@code conformance.json}. A case has an RPC, a request in
 * JSON, and the answer or the error that must come.
 *
 * <p>The expected answer names only some fields. All clients must give the same answer in all
 * fields, except those that differ from call to call. In requests, {@code @client} stands for the
 * name of the client, and {@code @fill N} for a text of N bytes.
 */
final class Conformance {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Path FILE =
      Path.of(System.getProperty("unipin.root"), "src/test/resources/conformance.json");

  /** Kinds by reason, for each reason whose name differs from the name of its kind. */
  private static final Map<String, String> KINDS =
      Map.of(
          "UNAUTHENTICATED", "INVALID",
          "PERMISSION_DENIED", "INVALID",
          "LOST", "UNAVAILABLE");

  /** Fields of answers that depend on time or on earlier calls. */
  private static final Set<String> VOLATILE =
      Set.of(
          "appends",
          "buried",
          "cache",
          "delta",
          "encodedActions",
          "entries",
          "evictions",
          "generation",
          "hits",
          "keptBytes",
          "leasedBytes",
          "loadedAtMs",
          "nextPageCursor",
          "prefills",
          "previous",
          "recall",
          "rebuilding",
          "reloads",
          "requestId",
          "stagesMs",
          "uncached",
          "usedBytes",
          "watched");

  private static final Map<String, MethodDescriptor<?, ?>> RPCS = new TreeMap<>();

  static {
    UniPinGrpc.getServiceDescriptor().getMethods().forEach(Conformance::know);
    UniPinAdminGrpc.getServiceDescriptor().getMethods().forEach(Conformance::know);
  }

  private Conformance() {}

  private static void know(MethodDescriptor<?, ?> rpc) {
    RPCS.put(String.valueOf(rpc.getBareMethodName()), rpc);
  }

  static Set<String> rpcs() {
    return RPCS.keySet();
  }

  static boolean isAdmin(JsonNode test) {
    return UniPinAdminGrpc.SERVICE_NAME.equals(rpc(test).getServiceName());
  }

  private static MethodDescriptor<?, ?> rpc(JsonNode test) {
    return Objects.requireNonNull(RPCS.get(test.path("rpc").asText()), test::toString);
  }

  /** Returns the cases with the requests of a client. */
  static List<JsonNode> cases(String client) {
    try {
      List<JsonNode> cases = new ArrayList<>();
      for (JsonNode test : JSON.readTree(FILE.toFile())) {
        ObjectNode filled = (ObjectNode) filled(test, client);
        cases.add(filled.has("server") ? filled : filled.put("server", "main"));
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode filled(JsonNode node, String client) {
    if (node.isObject()) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      node.properties().forEach(part -> copy.set(part.getKey(), filled(part.getValue(), client)));
      return copy;
    }
    if (node.isArray()) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      node.forEach(part -> copy.add(filled(part, client)));
      return copy;
    }
    String text = node.asText();
    if (node.isTextual() && text.startsWith("@fill ")) {
      return TextNode.valueOf("x".repeat(Integer.parseInt(text.substring("@fill ".length()))));
    }
    return node.isTextual() ? TextNode.valueOf(text.replace("@client", client)) : node;
  }

  /** Returns the requests of a case as messages. */
  static List<Message> requests(JsonNode test) {
    List<Message> requests = new ArrayList<>();
    Iterable<JsonNode> all =
        test.has("requests") ? test.path("requests") : List.of(test.path("request"));
    for (JsonNode request : all) {
      requests.add(message(prototype(rpc(test).getRequestMarshaller()), request));
    }
    return requests;
  }

  private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
    return (Message)
        Objects.requireNonNull(
            ((MethodDescriptor.PrototypeMarshaller<?>) marshaller).getMessagePrototype());
  }

  private static Message message(Message prototype, JsonNode json) {
    try {
      Message.Builder builder = prototype.newBuilderForType();
      JsonFormat.parser().merge(json.toString(), builder);
      return builder.build();
    } catch (IOException e) {
      throw new AssertionError(json.toString(), e);
    }
  }

  /** Returns an answer in the JSON mapping with all its fields. */
  static JsonNode json(Message message) {
    try {
      return JSON.readTree(JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Checks how a case ended.
   *
   * @param outcome {@code answers}; or {@code code}, {@code reason}, {@code message}, {@code
   *     violations} as pairs of field and description, {@code retryAfterMs}, and perhaps {@code
   *     kind}
   * @param reference how the same case ended with the Java client
   */
  static void check(JsonNode test, JsonNode outcome, JsonNode reference) {
    String name = test.path("name").asText();
    assertThat(outcome.path("name").asText()).isEqualTo(name);
    if (test.has("error")) {
      failed(name, test, outcome, reference);
      return;
    }
    assertThat(outcome.has("answers")).as("%s: %s", name, outcome).isTrue();
    JsonNode answers = whole(test, outcome);
    JsonNode expected =
        test.has("answers")
            ? test.path("answers")
            : JSON.createArrayNode().add(test.path("answer"));
    includes(name, answers, expected);
    assertThat(settled(answers)).as(name).isEqualTo(settled(whole(test, reference)));
  }

  /** Returns the answers of an outcome with all their fields, in the same form for all clients. */
  private static JsonNode whole(JsonNode test, JsonNode outcome) {
    ArrayNode answers = JSON.createArrayNode();
    Message prototype = prototype(rpc(test).getResponseMarshaller());
    outcome.path("answers").forEach(answer -> answers.add(json(message(prototype, answer))));
    return answers;
  }

  private static void failed(String name, JsonNode test, JsonNode outcome, JsonNode reference) {
    JsonNode error = test.path("error");
    assertThat(outcome.path("code").asText())
        .as("%s: %s", name, outcome)
        .isEqualTo(error.path("code").asText());
    String reason = error.path("reason").asText();
    assertThat(outcome.path("reason").asText()).as(name).isEqualTo(reason);
    if (outcome.has("kind")) {
      assertThat(outcome.path("kind").asText())
          .as(name)
          .isEqualTo(KINDS.getOrDefault(reason, reason));
    }
    JsonNode retry = outcome.path("retryAfterMs");
    if (error.path("retryAfterMs").isTextual()) {
      assertThat(retry.isNumber()).as("%s: a pause", name).isTrue();
    } else {
      assertThat(retry.asInt(-1)).as(name).isEqualTo(error.path("retryAfterMs").asInt(-1));
    }
    List<String> fields = new ArrayList<>();
    outcome.path("violations").forEach(violation -> fields.add(violation.path(0).asText()));
    for (JsonNode field : error.path("fields")) {
      assertThat(fields).as(name).contains(field.asText());
    }
    assertThat(outcome.path("violations")).as(name).isEqualTo(reference.path("violations"));
    if (!test.path("ownMessage").asBoolean()) {
      assertThat(outcome.path("message")).as(name).isEqualTo(reference.path("message"));
    }
  }

  /** Checks that a value contains everything in another value. Lists must be equally long. */
  private static void includes(String at, JsonNode value, JsonNode expected) {
    if (expected.isObject()) {
      expected
          .properties()
          .forEach(
              part ->
                  includes(at + "." + part.getKey(), value.path(part.getKey()), part.getValue()));
    } else if (expected.isArray()) {
      assertThat(value).as(at).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        includes(at + "[" + i + "]", value.path(i), expected.path(i));
      }
    } else {
      assertThat(value).as(at).isEqualTo(expected);
    }
  }

  private static JsonNode settled(JsonNode node) {
    if (node.isObject()) {
      ObjectNode copy = JSON.createObjectNode();
      node.properties().stream()
          .filter(part -> !VOLATILE.contains(part.getKey()))
          .forEach(part -> copy.set(part.getKey(), settled(part.getValue())));
      return copy;
    }
    if (node.isArray()) {
      ArrayNode copy = JSON.createArrayNode();
      node.forEach(part -> copy.add(settled(part)));
      return copy;
    }
    return node;
  }
}
