package io.unipin.serving.bundle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;

/**
 * What a bundle says of itself.
 *
 * @param format version of the directory's layout
 * @param created ISO-8601, UTC
 * @param modelFingerprint of the model where the bundle was written
 * @param index FAISS factory string, or {@code exact}
 * @param files all files but the manifest
 * @param sha256 of this manifest with an empty {@code sha256}, as {@link #toJson} writes it
 */
record BundleManifest(
    int format,
    String name,
    String created,
    String modelFingerprint,
    String index,
    int items,
    int dimension,
    List<BundleFile> files,
    String sha256) {
  static final int FORMAT = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  BundleManifest {
    files = List.copyOf(files);
  }

  /** This manifest with its own sum filled in. */
  BundleManifest sealed() {
    return withSum(HexFormat.of().formatHex(Sha256.of(withSum("").toJson())));
  }

  boolean isIntact() {
    return sealed().sha256.equals(sha256);
  }

  private BundleManifest withSum(String sum) {
    return new BundleManifest(
        format, name, created, modelFingerprint, index, items, dimension, files, sum);
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static BundleManifest parse(byte[] json) throws IOException {
    return JSON.readValue(json, BundleManifest.class);
  }
}
