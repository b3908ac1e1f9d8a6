package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the proto files with the calls of the JSON ports, with their OpenAPI description and
 * with {@code docs/http.md}. If a call or a field is missing in one of these, a test fails.
 */
@Timeout(120)
final class JsonContractTest {
  private static final ServiceDescriptor SERVING = descriptor(UniPinGrpc.getServiceDescriptor());
  private static final ServiceDescriptor ADMIN = descriptor(UniPinAdminGrpc.getServiceDescriptor());
  private static final Path PAGE = Path.of(System.getProperty("unipin.root"), "docs", "http.md");

  @TempDir Path folder;
  private TinyServer server;
  private JsonClient json;
  private JsonClient admin;

  private static ServiceDescriptor descriptor(io.grpc.ServiceDescriptor service) {
    return ((ProtoServiceDescriptorSupplier) service.getSchemaDescriptor()).getServiceDescriptor();
  }

  @BeforeEach
  void start() throws IOException {
    server = TinyServer.start(folder, "json.enabled=true");
    json = new JsonClient(server.json());
    admin = new JsonClient(server.adminJson());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyCall_isOfferedOnItsOwnPortAlone() throws Exception {
    offers(json, SERVING, true);
    offers(json, ADMIN, false);
    offers(admin, ADMIN, true);
    offers(admin, SERVING, false);
  }

  private static void offers(JsonClient port, ServiceDescriptor service, boolean offered)
      throws Exception {
    for (MethodDescriptor method : service.getMethods()) {
      JsonClient.Answer answer = port.call(method.getName(), "{}");
      boolean stream = method.isClientStreaming() || method.isServerStreaming();
      if (!offered) {
        assertThat(answer.status()).as(method.getName()).isEqualTo(404);
      } else if (stream) {
        assertThat(answer.status()).as(method.getName()).isEqualTo(501);
      } else if (answer.status() != 200) {
        // some calls refuse an empty request, but the port has passed it on to them
        assertThat(answer.code()).as(method.getName()).isEqualTo("INVALID_ARGUMENT");
        assertThat(answer.body().path("message").asText()).doesNotStartWith("path");
      }
    }
  }

  @Test
  void openApi_describesEveryCallAndEveryField() throws Exception {
    describes(json.get("/openapi.json").body(), SERVING);
    describes(admin.get("/openapi.json").body(), ADMIN);
  }

  private static void describes(JsonNode api, ServiceDescriptor service) {
    assertThat(api.path("openapi").asText()).startsWith("3.0.");
    Set<String> expected = new TreeSet<>(Set.of("/healthz"));
    Set<String> messages = new HashSet<>();
    for (MethodDescriptor method : service.getMethods()) {
      if (!method.isClientStreaming() && !method.isServerStreaming()) {
        String path = "/v1/" + method.getName();
        expected.add(path);
        JsonNode call = api.path("paths").path(path).path("post");
        assertThat(call.path("operationId").asText()).isEqualTo(method.getName());
        message(api, method.getInputType(), messages);
        message(api, method.getOutputType(), messages);
      }
    }
    List<String> paths = new ArrayList<>();
    api.path("paths").fieldNames().forEachRemaining(paths::add);
    assertThat(paths).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(messages).hasSizeGreaterThan(10);
    for (JsonNode reference : api.findValues("$ref")) {
      String pointer = reference.asText().substring(1);
      assertThat(api.at(pointer).isMissingNode()).as(pointer).isFalse();
    }
    assertThat(api.toString().length() - api.toString().replace("\"description\"", "").length())
        .as("comments of the proto files")
        .isGreaterThan(30 * "\"description\"".length());
  }

  /** Compares the schema of a message, and of the messages in it, with the descriptor. */
  private static void message(JsonNode api, Descriptor type, Set<String> seen) {
    String name = type.getFullName().substring(type.getFile().getPackage().length() + 1);
    if (!seen.add(name)) {
      return;
    }
    JsonNode schema = api.path("components").path("schemas").path(name);
    List<String> described = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(described::add);
    assertThat(described)
        .as(name)
        .containsExactlyElementsOf(
            type.getFields().stream().map(FieldDescriptor::getJsonName).toList());
    for (FieldDescriptor field : type.getFields()) {
      JsonNode property = schema.path("properties").path(field.getJsonName());
      JsonNode value = field.isMapField() ? property.path("additionalProperties") : property;
      if (field.isRepeated() && !field.isMapField()) {
        assertThat(property.path("type").asText()).as(field.getFullName()).isEqualTo("array");
        value = property.path("items");
      }
      FieldDescriptor kind =
          field.isMapField() ? field.getMessageType().findFieldByName("value") : field;
      assertThat(kind(value)).as(field.getFullName()).isEqualTo(kind(kind));
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        message(api, field.getMessageType(), seen);
      }
    }
  }

  private static String kind(JsonNode value) {
    JsonNode reference = value.has("allOf") ? value.path("allOf").path(0) : value;
    return reference.has("$ref")
        ? reference.path("$ref").asText().replaceFirst(".*/", "")
        : (value.path("type").asText() + " " + value.path("format").asText()).strip();
  }

  private static String kind(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName().substring("unipin.v1.".length());
      case ENUM -> field.getEnumType().getFullName().substring("unipin.v1.".length());
      case STRING -> "string";
      case INT -> "integer int32";
      case LONG -> "string int64";
      case FLOAT -> "number float";
      case DOUBLE -> "number double";
      case BOOLEAN -> "boolean";
      case BYTE_STRING -> "string byte";
    };
  }

  @Test
  void page_namesEveryCall() throws IOException {
    String page = Files.readString(PAGE);
    for (ServiceDescriptor service : List.of(SERVING, ADMIN)) {
      for (MethodDescriptor method : service.getMethods()) {
        assertThat(page).contains(method.getName());
      }
    }
  }
}
