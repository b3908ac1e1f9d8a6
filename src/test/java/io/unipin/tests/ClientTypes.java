package io.unipin.tests;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.unipin.serving.rpc.json.ContractComments;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the types of the contract's messages for Python and TypeScript, with the comments of the
 * proto files.
 */
final class ClientTypes {
  private static final String GENERATED =
      "Generated from the proto files by ClientDriftTest; do not edit.";

  private static final String PYTHON =
      """
      # %s
      from typing import Any, Iterable, Mapping, MutableMapping

      from google.protobuf.internal.containers import (
          RepeatedCompositeFieldContainer,
          RepeatedScalarFieldContainer,
      )
      from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
      from google.protobuf.message import Message

      def _class(name: str) -> Any: ...
      def _methods(service: str) -> dict[str, tuple[str, Any, Any]]: ...
      """
          .formatted(GENERATED);

  private static final String TYPESCRIPT =
      """
      // %s

      /** A 64-bit number. Give large ones as texts, because JavaScript rounds them. */
      export type Int64 = string | number;
      """
          .formatted(GENERATED);

  private static final int WIDTH = 96;

  private ClientTypes() {}

  private static Stream<FileDescriptor> files() {
    return Stream.of(ClientContract.SERVING, ClientContract.ADMIN);
  }

  /** Returns the file {@code messages.pyi}. */
  static String python() {
    StringBuilder out = new StringBuilder(PYTHON);
    files()
        .flatMap(file -> file.getMessageTypes().stream())
        .sorted(Comparator.comparing(Descriptor::getName))
        .forEach(message -> python(message, out));
    return out.toString();
  }

  private static void python(Descriptor message, StringBuilder out) {
    out.append("\nclass ").append(message.getName()).append("(Message):\n");
    docstring(message, out);
    for (EnumDescriptor type : message.getEnumTypes()) {
      out.append("    ").append(type.getName()).append(": EnumTypeWrapper\n");
      for (EnumValueDescriptor value : type.getValues()) {
        out.append("    ").append(value.getName()).append(": int\n");
        docstring(value, out);
      }
    }
    for (FieldDescriptor field : message.getFields()) {
      out.append("    %s: %s\n".formatted(field.getName(), pythonField(field)));
      docstring(field, out);
    }
    out.append("    def __init__(\n        self,\n");
    if (!message.getFields().isEmpty()) {
      out.append("        *,\n");
    }
    for (FieldDescriptor field : message.getFields()) {
      out.append("        %s: %s = ...,\n".formatted(field.getName(), pythonArgument(field)));
    }
    out.append("    ) -> None: ...\n");
  }

  private static String pythonField(FieldDescriptor field) {
    if (field.isMapField()) {
      String value = python(field.getMessageType().findFieldByName("value"));
      return "MutableMapping[str, %s]".formatted(value);
    }
    if (field.isRepeated()) {
      String container =
          field.getJavaType() == JavaType.MESSAGE
              ? "RepeatedCompositeFieldContainer"
              : "RepeatedScalarFieldContainer";
      return "%s[%s]".formatted(container, python(field));
    }
    return python(field);
  }

  private static String pythonArgument(FieldDescriptor field) {
    if (field.isMapField()) {
      String value = python(field.getMessageType().findFieldByName("value"));
      return "Mapping[str, %s] | None".formatted(value);
    }
    String one = python(field);
    return (field.isRepeated() ? "Iterable[%s]".formatted(one) : one) + " | None";
  }

  private static String python(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getName();
      case INT, LONG, ENUM -> "int";
      case FLOAT, DOUBLE -> "float";
      case BOOLEAN -> "bool";
      case STRING -> "str";
      case BYTE_STRING -> "bytes";
    };
  }

  private static void docstring(GenericDescriptor declared, StringBuilder out) {
    List<String> lines = wrapped(ContractComments.of(declared));
    if (lines.isEmpty()) {
      return;
    }
    String text = String.join("\n    ", lines);
    String end = lines.size() > 1 ? "\n    " : "";
    out.append("    \"\"\"").append(text).append(end).append("\"\"\"\n");
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
      if (line.length() + word.length() > WIDTH - "    \"\"\"".length()) {
        lines.add(line.toString().strip());
        line.setLength(0);
      }
      line.append(word).append(' ');
    }
    if (!line.isEmpty()) {
      lines.add(line.toString().strip());
    }
    return lines;
  }

  /**
   * Returns the file {@code messages.d.ts}. The fields of requests may be left out; answers have
   * all fields. A message that occurs in both has two types.
   */
  static String typescript() {
    Set<Descriptor> requests = new LinkedHashSet<>();
    Set<Descriptor> answers = new LinkedHashSet<>();
    for (ServiceDescriptor service :
        files().flatMap(file -> file.getServices().stream()).toList()) {
      for (MethodDescriptor method : service.getMethods()) {
        reach(method.getInputType(), requests);
        reach(method.getOutputType(), answers);
      }
    }
    StringBuilder out = new StringBuilder(TYPESCRIPT);
    Stream.concat(requests.stream(), answers.stream())
        .flatMap(message -> message.getEnumTypes().stream())
        .distinct()
        .forEach(type -> enumeration(type, out));
    requests.forEach(message -> typescript(message, new Side(requests, false), out));
    answers.forEach(message -> typescript(message, new Side(requests, true), out));
    return out.toString();
  }

  private static void reach(Descriptor message, Set<Descriptor> reached) {
    if (!reached.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      FieldDescriptor value =
          field.isMapField() ? field.getMessageType().findFieldByName("value") : field;
      if (value.getJavaType() == JavaType.MESSAGE) {
        reach(value.getMessageType(), reached);
      }
    }
  }

  private static String name(GenericDescriptor type) {
    String scope = type.getFile().getPackage() + ".";
    return type.getFullName().substring(scope.length()).replace(".", "");
  }

  /**
   * Whether types of requests or of answers are written.
   *
   * @param requests the messages that occur in requests
   */
  private record Side(Set<Descriptor> requests, boolean answers) {
    String nameOf(Descriptor message) {
      return name(message) + (answers && requests.contains(message) ? "Answer" : "");
    }
  }

  private static void enumeration(EnumDescriptor type, StringBuilder out) {
    out.append('\n');
    jsdoc(type, "", out);
    String names =
        type.getValues().stream()
            .map(value -> "\n  | '" + value.getName() + "'")
            .collect(Collectors.joining());
    out.append("export type ").append(name(type)).append(" =").append(names).append(";\n");
  }

  private static void typescript(Descriptor message, Side side, StringBuilder out) {
    out.append('\n');
    jsdoc(message, "", out);
    out.append("export interface ").append(side.nameOf(message)).append(" {\n");
    for (FieldDescriptor field : message.getFields()) {
      jsdoc(field, "  ", out);
      boolean optional = !side.answers() || field.toProto().getProto3Optional();
      out.append("  ").append(field.getJsonName()).append(optional ? "?: " : ": ");
      out.append(typescriptField(field, side)).append(";\n");
    }
    out.append("}\n");
  }

  private static String typescriptField(FieldDescriptor field, Side side) {
    if (field.isMapField()) {
      FieldDescriptor value = field.getMessageType().findFieldByName("value");
      return "{ [name: string]: %s }".formatted(typescript(value, side));
    }
    String one = typescript(field, side);
    if (field.isRepeated()) {
      return one + "[]";
    }
    boolean mayBeAbsent = side.answers() && field.getJavaType() == JavaType.MESSAGE;
    return mayBeAbsent ? one + " | null" : one;
  }

  private static String typescript(FieldDescriptor field, Side side) {
    return switch (field.getJavaType()) {
      case MESSAGE -> side.nameOf(field.getMessageType());
      case ENUM -> name(field.getEnumType());
      case LONG -> side.answers() ? "string" : "Int64";
      case INT, FLOAT, DOUBLE -> "number";
      case BOOLEAN -> "boolean";
      case STRING -> "string";
      case BYTE_STRING -> "Uint8Array";
    };
  }

  private static void jsdoc(GenericDescriptor declared, String indent, StringBuilder out) {
    List<String> lines = wrapped(ContractComments.of(declared));
    if (lines.size() == 1) {
      out.append(indent).append("/** ").append(lines.get(0)).append(" */\n");
    } else if (!lines.isEmpty()) {
      out.append(indent).append("/**\n");
      lines.forEach(line -> out.append(indent).append(" * ").append(line).append('\n'));
      out.append(indent).append(" */\n");
    }
  }
}
