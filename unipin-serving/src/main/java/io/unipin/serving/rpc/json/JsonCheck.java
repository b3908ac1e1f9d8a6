package io.unipin.serving.rpc.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.unipin.serving.failure.ServingException;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Reads JSON against the type of a message without building anything. An error names the field, the
 * expected value and the actual value.
 *
 * <p>It also estimates the memory that the JSON takes as a tree of objects. {@code JsonFormat}
 * builds such a tree, and there a value of two bytes takes about a hundred bytes. The estimate is
 * never below the memory that the tree takes. Not thread-safe.
 */
final class JsonCheck {
  /**
   * Greatest depth of a message. It is greater than the depth of the API's deepest message, to
   * leave room for new messages.
   */
  private static final int MAX_DEPTH = 32;

  private static final int MAX_NUMBER = 100;
  private static final int MAX_NAME = 4096;

  /* Bytes that one part of the tree takes on a 64-bit JVM, rounded up. */
  private static final int VALUE = 112;
  private static final int NAME = 128;

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER)
                  .maxNameLength(MAX_NAME)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // callers choose map keys
          .build();

  private final JsonParser in;
  private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
  private final long most;
  private long cost;

  private JsonCheck(JsonParser in, long most) {
    this.in = in;
    this.most = most;
  }

  /**
   * Checks a text.
   *
   * @param most largest cost that is allowed, in bytes
   * @return estimated memory of the text's tree, in bytes
   * @throws ServingException INVALID when the text is not JSON of this type or costs too much
   */
  static long cost(String text, Descriptor type, long most) {
    try (JsonParser in = JSON.createParser(text)) {
      JsonCheck check = new JsonCheck(in, most);
      if (in.nextToken() == null) {
        throw ServingException.invalid("body", "a JSON object expected, got nothing");
      }
      check.message(type, "");
      if (in.nextToken() != null) {
        throw ServingException.invalid("body", "one JSON object expected, got more after it");
      }
      return check.cost;
    } catch (JsonProcessingException e) {
      throw ServingException.invalid(
          "body",
          "JSON expected; line %s, column %s: %s"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
                  Shortened.text(e.getOriginalMessage())));
    } catch (IOException e) { // reads from memory fail in no other way
      throw ServingException.invalid("body", "JSON expected");
    }
  }

  private void message(Descriptor type, String path) throws IOException {
    require(in.currentToken() == JsonToken.START_OBJECT, path, "a JSON object");
    add(VALUE);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      add(NAME + 2L * name.length());
      FieldDescriptor field = field(type, name, path);
      in.nextToken();
      field(field, path.isEmpty() ? field.getName() : path + "." + field.getName());
    }
  }

  /** Returns the field with this name, in lowerCamelCase or as the proto file writes it. */
  private static FieldDescriptor field(Descriptor type, String name, String path) {
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJsonName().equals(name) || field.getName().equals(name)) {
        return field;
      }
    }
    List<String> known = type.getFields().stream().map(FieldDescriptor::getJsonName).toList();
    throw ServingException.invalid(
        path.isEmpty() ? "body" : path,
        known.isEmpty()
            ? "no fields expected, got '%s'".formatted(Shortened.text(name))
            : "one of %s expected, got '%s'%s"
                .formatted(known, Shortened.text(name), Nearest.hint(name, known)));
  }

  private void field(FieldDescriptor field, String path) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      add(VALUE); // null means that the field is not set
    } else if (field.isMapField()) {
      map(field.getMessageType().findFieldByName("value"), path);
    } else if (field.isRepeated()) {
      require(in.currentToken() == JsonToken.START_ARRAY, path, "a list");
      add(VALUE);
      for (int i = 0; in.nextToken() != JsonToken.END_ARRAY; i++) {
        value(field, path, i);
      }
    } else {
      value(field, path, -1);
    }
  }

  private void map(FieldDescriptor field, String path) throws IOException {
    require(in.currentToken() == JsonToken.START_OBJECT, path, "a JSON object");
    add(VALUE);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String key = in.currentName();
      add(NAME + 2L * key.length());
      String place = path + "['" + Shortened.text(key) + "']";
      requireText(key, place);
      in.nextToken();
      value(field, place, -1);
    }
  }

  /** Checks a single value, or the element of a list whose position is {@code index}. */
  private void value(FieldDescriptor field, String path, int index) throws IOException {
    switch (field.getJavaType()) {
      case MESSAGE -> message(field.getMessageType(), at(path, index));
      case STRING -> {
        require(in.currentToken() == JsonToken.VALUE_STRING, path, index, "a text");
        String text = in.getText();
        add(VALUE + 2L * text.length());
        if (!utf8.canEncode(text)) {
          requireText(text, at(path, index));
        }
      }
      case INT -> whole(Integer.SIZE, path, index);
      case LONG -> whole(Long.SIZE, path, index);
      case FLOAT -> require(isReal(true), path, index, "a number of 32 bits");
      case DOUBLE -> require(isReal(false), path, index, "a number of 64 bits");
      case BOOLEAN -> {
        add(VALUE);
        require(in.currentToken().isBoolean(), path, index, "true or false");
      }
      case ENUM -> name(field, at(path, index));
      case BYTE_STRING ->
          throw new IllegalStateException("the API has no field of bytes: " + field.getFullName());
    }
  }

  private void whole(int bits, String path, int index) throws IOException {
    require(
        number().filter(text -> Numbers.isWhole(text, bits)).isPresent(),
        path,
        index,
        "a whole number of %s bits, or its text,".formatted(bits));
  }

  private boolean isReal(boolean single) throws IOException {
    return number().filter(text -> Numbers.isReal(text, single)).isPresent();
  }

  /** Returns the digits of a number, which may be a JSON number or a text. */
  private Optional<String> number() throws IOException {
    boolean given = in.currentToken().isNumeric() || in.currentToken() == JsonToken.VALUE_STRING;
    add(VALUE + (given ? 2L * in.getTextLength() : 0));
    return given && in.getTextLength() <= MAX_NUMBER ? Optional.of(in.getText()) : Optional.empty();
  }

  private void name(FieldDescriptor field, String path) throws IOException {
    add(VALUE);
    List<String> known =
        field.getEnumType().getValues().stream().map(EnumValueDescriptor::getName).toList();
    boolean text = in.currentToken() == JsonToken.VALUE_STRING;
    if (!text || !known.contains(in.getText())) {
      String hint = text ? Nearest.hint(in.getText(), known) : "";
      throw ServingException.invalid(path, "one of " + known + " expected, got " + got() + hint);
    }
  }

  private void requireText(String text, String path) {
    if (!utf8.canEncode(text)) {
      throw ServingException.invalid(path, "valid Unicode expected, got half of a surrogate pair");
    }
  }

  private void require(boolean condition, String path, int index, String expected)
      throws IOException {
    if (!condition) { // the path is needed only for errors
      require(false, at(path, index), expected);
    }
  }

  private void require(boolean condition, String path, String expected) throws IOException {
    if (!condition) {
      throw ServingException.invalid(
          path.isEmpty() ? "body" : path, expected + " expected, got " + got());
    }
  }

  private String got() throws IOException {
    return switch (in.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "'" + Shortened.text(in.getText()) + "'";
      default -> Shortened.text(in.getText());
    };
  }

  private static String at(String path, int index) {
    return index < 0 ? path : path + "[" + index + "]";
  }

  private void add(long bytes) {
    cost += bytes;
    if (cost > most) {
      throw ServingException.invalid(
          "body", "JSON that takes at most %s bytes once read expected, got more".formatted(most));
    }
  }
}
