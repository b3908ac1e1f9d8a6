package io.unipin.model.features;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.unipin.settings.ConfigException;
import io.unipin.settings.ExactJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A small JSON file in a model's folder, which stores one record. Thread-safe.
 *
 * @param <T> the record
 */
public final class ModelJson<T> {
  private static final int SHOWN_CHARACTERS = 100;
  private static final int REASON_CHARACTERS = 300;
  private static final ObjectMapper STRICT = strict();

  private final String name;
  private final long mostBytes;
  private final Class<T> type;

  /**
   * @param name name of the file
   * @param mostBytes a larger file is refused
   */
  public ModelJson(String name, long mostBytes, Class<T> type) {
    this.name = name;
    this.mostBytes = mostBytes;
    this.type = type;
  }

  /**
   * Returns a new reader and writer of records. It refuses unknown, missing and duplicate names,
   * null values, values of another type, and text after the object.
   */
  public static ObjectMapper strict() {
    return ExactJson.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /** Returns a value of a file in the form that messages show: at most about 100 characters. */
  public static String shown(Object value) {
    return ConfigException.shortened(String.valueOf(value), SHOWN_CHARACTERS);
  }

  /** Returns why a file's JSON is refused, in one line. */
  public static String reason(JsonProcessingException e) {
    String message = e.getOriginalMessage().lines().findFirst().orElse("");
    // Of the messages about a value, only those about its type do not name the key.
    boolean aboutType = message.startsWith("Cannot");
    return ConfigException.shortened(
        aboutType && e instanceof MismatchedInputException mismatch
            ? key(mismatch) + message
            : message,
        REASON_CHARACTERS);
  }

  private static String key(MismatchedInputException e) {
    String key =
        e.getPath().stream()
            .map(part -> part.getFieldName() == null ? part.getIndex() + "" : part.getFieldName())
            .collect(Collectors.joining("."));
    return key.isEmpty() ? "" : key + ": ";
  }

  /** Writes the record into a model's folder. */
  public void write(Path directory, T value) {
    try {
      Files.write(directory.resolve(name), STRICT.writeValueAsBytes(value));
    } catch (IOException e) {
      throw new ModelException(name + ": cannot be written", e);
    }
  }

  /** Removes the file from a model's folder, if there is one. */
  public void remove(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve(name));
    } catch (IOException e) {
      throw new ModelException(name + ": cannot be removed", e);
    }
  }

  /**
   * Returns the record in a model's folder; empty if the folder has none.
   *
   * @throws ModelException when the file is broken
   */
  public Optional<T> read(Path directory) {
    Path file = directory.resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      long bytes = Files.size(file);
      if (bytes > mostBytes) {
        throw new ModelException(
            "%s: at most %s bytes expected, got %s".formatted(name, mostBytes, bytes));
      }
      T value = STRICT.readValue(Files.readAllBytes(file), type);
      if (value == null) {
        throw new ModelException(name + ": an object expected, got null");
      }
      return Optional.of(value);
    } catch (JsonProcessingException e) {
      throw new ModelException(name + ": " + reason(e), e);
    } catch (IOException e) {
      throw new ModelException(name + ": cannot be read", e);
    }
  }
}
