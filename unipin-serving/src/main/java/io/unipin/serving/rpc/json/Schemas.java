package io.unipin.serving.rpc.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.rpc.Code;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Schemas of messages, as OpenAPI describes them. Each message type that occurs gets one schema,
 * under its name. Not thread-safe.
 */
final class Schemas {
  private static final String ERROR = "Error";
  private final ObjectNode all;
  private final ProtoComments comments;
  private final Set<String> requests = new TreeSet<>();
  private final Set<String> answers = new TreeSet<>();

  /** @param all object to which the schemas are added */
  Schemas(ObjectNode all, ProtoComments comments) {
    this.all = all;
    this.comments = comments;
  }

  /**
   * Returns all schemas. The schema of a message that occurs only in requests allows no further
   * fields, because the server refuses unknown fields. Answers may get more fields later.
   */
  ObjectNode all() {
    requests.removeAll(answers);
    requests.forEach(name -> all.withObject("/" + name).put("additionalProperties", false));
    return all;
  }

  /** Returns a reference to the schema of a request. */
  ObjectNode request(Descriptor type) {
    reach(type, requests);
    return message(type);
  }

  /** Returns a reference to the schema of an answer. */
  ObjectNode answer(Descriptor type) {
    reach(type, answers);
    return message(type);
  }

  /**
   * Adds the names of a message type and of all types in it. The recursion ends, because no type
   * contains itself.
   */
  private static void reach(Descriptor type, Set<String> names) {
    names.add(name(type.getFullName(), type.getFile().getPackage()));
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        reach(field.getMessageType(), names);
      }
    }
  }

  private ObjectNode message(Descriptor type) {
    String name = name(type.getFullName(), type.getFile().getPackage());
    if (!all.has(name)) {
      ObjectNode schema = all.putObject(name);
      schema.put("type", "object");
      describe(schema, comments.of(type));
      ObjectNode properties = schema.putObject("properties");
      for (FieldDescriptor field : type.getFields()) {
        properties.set(field.getJsonName(), field(field));
      }
    }
    return reference(name);
  }

  private static String name(String full, String prefix) {
    return full.substring(prefix.length() + 1);
  }

  private ObjectNode reference(String name) {
    return all.objectNode().put("$ref", "#/components/schemas/" + name);
  }

  private ObjectNode field(FieldDescriptor field) {
    ObjectNode schema = all.objectNode();
    String comment = comments.of(field);
    if (field.isMapField()) {
      schema.put("type", "object");
      schema.set("additionalProperties", value(field.getMessageType().findFieldByName("value")));
    } else if (field.isRepeated()) {
      schema.put("type", "array");
      schema.set("items", value(field));
    } else {
      schema = value(field);
      if (schema.has("$ref") && !comment.isEmpty()) { // OpenAPI 3.0 ignores fields beside $ref
        ObjectNode outer = all.objectNode();
        outer.putArray("allOf").add(schema);
        schema = outer;
      }
    }
    describe(schema, comment);
    return schema;
  }

  private static void describe(ObjectNode schema, String comment) {
    if (!comment.isEmpty()) {
      schema.put("description", comment);
    }
  }

  private ObjectNode value(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> message(field.getMessageType());
      case ENUM -> enumeration(field.getEnumType());
      case STRING -> type("string", "");
      case INT -> type("integer", "int32");
      case LONG -> type("string", "int64").put("pattern", "^-?[0-9]+$");
      case FLOAT -> type("number", "float");
      case DOUBLE -> type("number", "double");
      case BOOLEAN -> type("boolean", "");
      case BYTE_STRING -> type("string", "byte");
    };
  }

  private ObjectNode type(String type, String format) {
    ObjectNode schema = all.objectNode().put("type", type);
    return format.isEmpty() ? schema : schema.put("format", format);
  }

  private ObjectNode enumeration(EnumDescriptor type) {
    String name = name(type.getFullName(), type.getFile().getPackage());
    if (!all.has(name)) {
      ObjectNode schema = all.putObject(name);
      schema.put("type", "string");
      ArrayNode values = schema.putArray("enum");
      type.getValues().forEach(value -> values.add(value.getName()));
      String meanings =
          type.getValues().stream()
              .filter(value -> !comments.of(value).isEmpty())
              .map(this::meaning)
              .collect(Collectors.joining(" "));
      describe(schema, (comments.of(type) + " " + meanings).strip());
    }
    return reference(name);
  }

  private String meaning(EnumValueDescriptor value) {
    return value.getName() + ": " + comments.of(value);
  }

  /** Returns a reference to the schema of an error. */
  ObjectNode error() {
    if (!all.has(ERROR)) {
      ObjectNode schema = all.putObject(ERROR);
      schema.put("type", "object");
      schema.putArray("required").add("code").add("message").add("details");
      ObjectNode properties = schema.putObject("properties");
      ArrayNode codes = properties.putObject("code").put("type", "string").putArray("enum");
      for (Code code : Code.values()) {
        if (code != Code.UNRECOGNIZED && code != Code.OK) {
          codes.add(code.name());
        }
      }
      properties
          .putObject("message")
          .put("type", "string")
          .put("description", "Says what was expected and what came instead.");
      ObjectNode details = properties.putObject("details");
      details.put("type", "array");
      details.put(
          "description",
          "The details of gRPC: ErrorInfo, and where they apply BadRequest and RetryInfo.");
      details.putObject("items").put("type", "object").put("additionalProperties", true);
    }
    return reference(ERROR);
  }
}
