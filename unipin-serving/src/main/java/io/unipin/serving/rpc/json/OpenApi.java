package io.unipin.serving.rpc.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import java.util.Set;

/**
 * Describes the calls of a port in the form of OpenAPI 3.0.3. The description is made only from the
 * descriptors of the proto files and from their comments.
 */
final class OpenApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TYPE = "application/json";
  private static final String RETRY =
      "Seconds after which the call may be repeated. The detail RetryInfo has the exact time.";

  private static final String FORM =
      "64-bit numbers are texts in answers, and texts or numbers in requests. A request may leave"
          + " out every field, and name fields as here or as in the proto files.";

  private final ObjectNode root = JSON.createObjectNode();
  private final ProtoComments comments = ProtoComments.load();
  private final Schemas schemas;
  private final ServiceDescriptor service;

  private OpenApi(ServiceDescriptor service) {
    this.service = service;
    this.schemas = new Schemas(root.objectNode(), comments);
  }

  /** Returns the description of the calls at these paths, as JSON in UTF-8. */
  static byte[] of(io.grpc.ServiceDescriptor service, Set<String> paths) {
    if (service.getSchemaDescriptor() instanceof ProtoServiceDescriptorSupplier supplier) {
      return new OpenApi(supplier.getServiceDescriptor()).describe(paths);
    }
    throw new IllegalStateException("no schema of " + service.getName());
  }

  private byte[] describe(Set<String> paths) {
    root.put("openapi", "3.0.3");
    root.putObject("info")
        .put("title", service.getName())
        .put("version", "v1")
        .put("description", comments.of(service) + " " + FORM);
    root.putArray("servers").addObject().put("url", "/");
    ArrayNode security = root.putArray("security");
    security.addObject().putArray("token");
    security.addObject(); // on a server without tokens, callers need none
    ObjectNode calls = root.putObject("paths");
    for (MethodDescriptor method : service.getMethods()) {
      String path = JsonMethods.PREFIX + method.getName();
      if (paths.contains(path)) {
        call(calls.putObject(path).putObject("post"), method);
      }
    }
    health(calls.putObject(Door.HEALTH).putObject("get"));
    ObjectNode components = root.putObject("components");
    components.set("schemas", schemas.all());
    components
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer");
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void call(ObjectNode call, MethodDescriptor method) {
    call.put("operationId", method.getName());
    call.put("description", comments.of(method));
    call.putArray("tags").add(service.getName());
    deadline(call);
    call.putObject("requestBody")
        .put("required", true)
        .putObject("content")
        .putObject(TYPE)
        .set("schema", schemas.request(method.getInputType()));
    ObjectNode answers = call.putObject("responses");
    answers
        .putObject("200")
        .put("description", "The answer.")
        .putObject("content")
        .putObject(TYPE)
        .set("schema", schemas.answer(method.getOutputType()));
    retry(error(answers, "429", "The server has no room for the call now."));
    retry(error(answers, "503", "The server, or a store that it needs, is away."));
    error(answers, "default", "The call failed. The field code has the name of gRPC's status.");
  }

  private static void deadline(ObjectNode call) {
    ObjectNode parameter = call.putArray("parameters").addObject();
    parameter.put("name", RequestHead.DEADLINE);
    parameter.put("in", "header");
    parameter.put(
        "description",
        "Milliseconds that the caller waits. The server then stops the work and answers 504.");
    parameter
        .putObject("schema")
        .put("type", "integer")
        .put("minimum", 1)
        .put("maximum", RequestHead.MOST_MS);
  }

  private ObjectNode error(ObjectNode answers, String status, String description) {
    ObjectNode answer = answers.putObject(status);
    answer.put("description", description);
    answer.putObject("content").putObject(TYPE).set("schema", schemas.error());
    return answer;
  }

  private static void retry(ObjectNode answer) {
    ObjectNode header = answer.putObject("headers").putObject("Retry-After");
    header.put("description", RETRY);
    header.putObject("schema").put("type", "integer");
  }

  private void health(ObjectNode get) {
    get.put("operationId", "Health");
    get.put("description", "Whether the server serves. It fails as soon as a stop is announced.");
    get.putArray("security");
    ObjectNode answers = get.putObject("responses");
    for (String status : new String[] {"200", "503"}) {
      answers
          .putObject(status)
          .put("description", status.equals("200") ? "It serves." : "It does not serve.")
          .putObject("content")
          .putObject(TYPE)
          .putObject("schema")
          .put("type", "object")
          .putObject("properties")
          .putObject("status")
          .put("type", "string");
    }
  }
}
