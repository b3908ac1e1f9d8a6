package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.LoadBundleRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Checks that callers of the previous version still understand the API. The file {@code api.txt}
 * lists each call, and each field and name with its number. A line must never be changed or
 * removed. Each addition to the API needs a new line.
 */
final class ApiStabilityTest {
  private static List<String> known() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ApiStabilityTest.class.getResourceAsStream("/api.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static List<String> present() {
    List<String> lines = new ArrayList<>();
    add(Action.getDescriptor().getFile(), lines);
    add(LoadBundleRequest.getDescriptor().getFile(), lines);
    return lines;
  }

  private static void add(FileDescriptor file, List<String> lines) {
    for (ServiceDescriptor service : file.getServices()) {
      for (MethodDescriptor call : service.getMethods()) {
        lines.add(
            "rpc %s/%s %s%s %s%s"
                .formatted(
                    service.getName(),
                    call.getName(),
                    call.isClientStreaming() ? "stream " : "",
                    call.getInputType().getName(),
                    call.isServerStreaming() ? "stream " : "",
                    call.getOutputType().getName()));
      }
    }
    file.getMessageTypes().forEach(message -> add(message, message.getName(), lines));
    file.getEnumTypes().forEach(names -> add(names, names.getName(), lines));
  }

  private static void add(Descriptor message, String name, List<String> lines) {
    for (FieldDescriptor field : message.getFields()) {
      lines.add(
          "field %s %s %s %s%s"
              .formatted(
                  name,
                  field.getNumber(),
                  field.getName(),
                  field.isRepeated() ? "repeated " : "",
                  type(field)));
    }
    for (Descriptor inner : message.getNestedTypes()) {
      add(inner, name + "." + inner.getName(), lines);
    }
    for (EnumDescriptor inner : message.getEnumTypes()) {
      add(inner, name + "." + inner.getName(), lines);
    }
  }

  private static void add(EnumDescriptor names, String name, List<String> lines) {
    for (EnumValueDescriptor value : names.getValues()) {
      lines.add("name %s %s %s".formatted(name, value.getNumber(), value.getName()));
    }
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getName();
      case ENUM -> field.getEnumType().getName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  @Test
  void everyKnownLine_stillHolds() throws IOException {
    List<String> known = known();
    assertThat(known).hasSizeGreaterThan(200).doesNotHaveDuplicates();
    assertThat(present()).containsAll(known);
  }

  /** An addition needs a line in the file, so that the next version keeps the addition, too. */
  @Test
  void everyPresentLine_isKnown() throws IOException {
    assertThat(known()).containsAll(present());
  }
}
