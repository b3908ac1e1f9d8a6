package io.unipin.counts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.model.features.ModelJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Reads and writes the small JSON files in a folder of counts. */
final class StrictJson {
  static final ObjectMapper MAPPER = ModelJson.strict();

  private static final long MOST_BYTES = 4L << 20;

  private StrictJson() {}

  /**
   * Returns the bytes of a file in a folder.
   *
   * @throws CountsException if the file is missing, too large or unreadable
   */
  static byte[] bytes(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new CountsException("%s: a file expected in %s, got none".formatted(name, folder));
    }
    try {
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES) {
        throw new CountsException(
            "%s: at most %s bytes expected, got %s".formatted(name, MOST_BYTES, bytes));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CountsException(name + ": cannot be read: " + e, e);
    }
  }

  /**
   * Returns the value that a file states.
   *
   * @param oldest the oldest version that the file may have
   * @param newest the newest version that the file may have
   * @throws CountsException if the file has another version, or does not state such a value
   */
  static <T> T read(String name, byte[] json, int oldest, int newest, Class<T> type) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      JsonNode stated = tree.path("version");
      if (!stated.isInt() || stated.asInt() < oldest || stated.asInt() > newest) {
        String expected = oldest == newest ? "" + newest : oldest + " to " + newest;
        throw new CountsException(
            "%s: version %s expected, got %s"
                .formatted(
                    name, expected, stated.isMissingNode() ? "none" : ModelJson.shown(stated)));
      }
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new CountsException(name + ": " + ModelJson.reason(e), e);
    } catch (IOException e) {
      throw new CountsException(name + ": cannot be read: " + e, e);
    }
  }
}
