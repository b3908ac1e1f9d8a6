package io.unipin.tests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.LoadBundleRequest;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes the contract in the forms that the clients of other languages load: the proto files, and
 * what these clients need of gRPC's errors and health.
 */
final class ClientContract {
  static final FileDescriptor SERVING = Action.getDescriptor().getFile();
  static final FileDescriptor ADMIN = LoadBundleRequest.getDescriptor().getFile();

  /** The files of the contract. Each file comes after the files that it needs. */
  private static final List<FileDescriptor> FILES =
      List.of(
          Any.getDescriptor().getFile(),
          Duration.getDescriptor().getFile(),
          Status.getDescriptor().getFile(),
          BadRequest.getDescriptor().getFile(),
          HealthCheckRequest.getDescriptor().getFile(),
          ADMIN,
          SERVING);

  /** The only messages that are taken from the file with gRPC's many kinds of details. */
  private static final Set<String> DETAILS =
      Set.of("ErrorInfo", "BadRequest", "RetryInfo", "LocalizedMessage");

  private ClientContract() {}

  /** Returns the contract as a set of descriptors, without comments and options. */
  static byte[] descriptorSet() {
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    for (FileDescriptor file : FILES) {
      FileDescriptorProto.Builder copy = file.toProto().toBuilder().clearOptions();
      copy.clearMessageType();
      messages(file).forEach(message -> copy.addMessageType(stripped(message.toProto())));
      set.addFile(copy);
    }
    return set.build().toByteArray();
  }

  private static List<Descriptor> messages(FileDescriptor file) {
    return file.equals(BadRequest.getDescriptor().getFile())
        ? file.getMessageTypes().stream().filter(one -> DETAILS.contains(one.getName())).toList()
        : file.getMessageTypes();
  }

  /** Leaves out the names of the JSON mapping, which readers derive from the fields' names. */
  private static DescriptorProto stripped(DescriptorProto message) {
    DescriptorProto.Builder copy = message.toBuilder();
    copy.getFieldBuilderList().forEach(FieldDescriptorProto.Builder::clearJsonName);
    for (int i = 0; i < message.getNestedTypeCount(); i++) {
      copy.setNestedType(i, stripped(message.getNestedType(i)));
    }
    return copy.build();
  }

  /** Returns the contract in the JSON form of protobuf.js, with fields in lowerCamelCase. */
  static String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    for (FileDescriptor file : FILES) {
      ObjectNode at = root;
      for (String part : file.getPackage().split("\\.", -1)) {
        at = at.withObject("/nested").withObject("/" + part);
      }
      ObjectNode scope = at.withObject("/nested");
      messages(file).forEach(one -> message(one, scope.putObject(one.getName())));
      file.getEnumTypes().forEach(one -> names(one, scope.putObject(one.getName())));
      file.getServices().forEach(one -> service(one, scope.putObject(one.getName())));
    }
    DefaultIndenter indenter = new DefaultIndenter(" ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    try {
      return mapper.writer(printer).writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void message(Descriptor message, ObjectNode out) {
    for (OneofDescriptor oneof : message.getOneofs()) {
      var members = out.withObject("/oneofs").putObject(oneof.getName()).putArray("oneof");
      oneof.getFields().forEach(field -> members.add(field.getJsonName()));
    }
    ObjectNode fields = out.putObject("fields");
    message.getFields().forEach(field -> field(field, fields.putObject(field.getJsonName())));
    for (Descriptor inner : message.getNestedTypes()) {
      if (!inner.getOptions().getMapEntry()) {
        message(inner, out.withObject("/nested").putObject(inner.getName()));
      }
    }
    for (EnumDescriptor inner : message.getEnumTypes()) {
      names(inner, out.withObject("/nested").putObject(inner.getName()));
    }
  }

  private static void field(FieldDescriptor field, ObjectNode out) {
    FieldDescriptor value = field;
    if (field.isMapField()) {
      out.put("keyType", type(field.getMessageType().findFieldByName("key")));
      value = field.getMessageType().findFieldByName("value");
    } else if (field.isRepeated()) {
      out.put("rule", "repeated");
    }
    out.put("type", type(value)).put("id", field.getNumber());
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> "." + field.getMessageType().getFullName();
      case ENUM -> "." + field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static void names(EnumDescriptor type, ObjectNode out) {
    ObjectNode values = out.putObject("values");
    type.getValues().forEach(value -> values.put(value.getName(), value.getNumber()));
  }

  private static void service(ServiceDescriptor service, ObjectNode out) {
    ObjectNode methods = out.putObject("methods");
    for (MethodDescriptor method : service.getMethods()) {
      ObjectNode one = methods.putObject(method.getName());
      one.put("requestType", "." + method.getInputType().getFullName());
      if (method.isClientStreaming()) {
        one.put("requestStream", true);
      }
      one.put("responseType", "." + method.getOutputType().getFullName());
      if (method.isServerStreaming()) {
        one.put("responseStream", true);
      }
    }
  }
}
