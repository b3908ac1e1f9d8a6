package io.unipin.feedlog;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads a YAML file into a record; a complaint names the line. */
public final class YamlFile {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private static final Pattern MISSING =
      Pattern.compile("Missing required creator property '(\\w+)'");

  private YamlFile() {}

  public static <T> T read(Path file, Class<T> type) {
    if (!Files.isRegularFile(file)) {
      throw new FeedLogException(file.toString(), "no such file");
    }
    T value;
    try {
      value = MAPPER.readValue(file.toFile(), type);
    } catch (JsonProcessingException e) {
      throw new FeedLogException(file.toString(), line(file, e) + reason(e), e);
    } catch (IOException e) {
      throw new FeedLogException(file.toString(), "cannot be read: " + e.getMessage(), e);
    }
    return Objects.requireNonNull(value, () -> file + " is empty");
  }

  private static String line(Path file, JsonProcessingException failure) {
    JsonLocation location = failure.getLocation();
    int line = location == null ? 0 : location.getLineNr();
    if (failure instanceof UnrecognizedPropertyException unknown) {
      line = lineOfKey(file, unknown.getPropertyName(), line);
    }
    return line < 1 ? "" : "line " + line + ": ";
  }

  /** The parser is past a key by the time that it turns out to be unknown, so look for it. */
  private static int lineOfKey(Path file, String key, int otherwise) {
    Pattern pattern = Pattern.compile("(^|[{,])\\s*[\"']?" + Pattern.quote(key) + "[\"']?\\s*:");
    try {
      List<String> lines = Files.readAllLines(file);
      for (int line = 1; line <= lines.size(); line++) {
        if (pattern.matcher(lines.get(line - 1)).find()) {
          return line;
        }
      }
      return otherwise;
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static String reason(JsonProcessingException failure) {
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return "unknown key '%s', expected one of %s"
          .formatted(unknown.getPropertyName(), unknown.getKnownPropertyIds());
    }
    Matcher missing = MISSING.matcher(String.valueOf(failure.getOriginalMessage()));
    if (missing.find()) {
      String key = missing.group(1);
      return key(failure)
              .replaceFirst("\\.?" + Pattern.quote(key) + ": $", ": ")
              .replaceFirst("^: ", "")
          + "the key '%s' is missing".formatted(key);
    }
    Throwable cause = failure.getCause();
    if (cause instanceof IllegalArgumentException) {
      return key(failure) + cause.getMessage();
    }
    return key(failure)
        + String.valueOf(failure.getOriginalMessage()).replaceAll("\\s*\\R\\s*", " ");
  }

  private static String key(JsonProcessingException failure) {
    if (!(failure instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
      return "";
    }
    List<JsonMappingException.Reference> path = mapping.getPath();
    return path.stream()
            .map(
                step ->
                    step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
            .collect(Collectors.joining("."))
        + ": ";
  }
}
