package io.unipin.serving.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.model.features.ModelConfig;
import io.unipin.settings.SettingsTree;
import io.unipin.settings.Syntax;
import java.util.HexFormat;
import java.util.List;

/**
 * The description of a bundle, which lies in the bundle's directory.
 *
 * @param format version of the directory's layout. Version 2 added golden queries, version 3 the
 *     recipe, version 4 counts of classes, version 5 attributes and a path for content, version 6
 *     the weights that order a page, version 7 tables of counts and the files of pre-ranking, and
 *     version 8 windows of attention
 * @param created time of creation, ISO-8601, UTC
 * @param modelFingerprint fingerprint of the model when the bundle was written
 * @param index FAISS factory string, or {@code exact}
 * @param files all files except the manifest
 * @param golden queries, each with the answers that the bundle must give on every machine
 * @param sha256 SHA-256 of this manifest with an empty {@code sha256}, as {@link #toJson} writes it
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
    List<GoldenQuery> golden,
    String sha256) {
  static final int FORMAT = 8;
  private static final int WITHOUT_WINDOWS = 7;
  private static final int WITHOUT_COUNTS = 6;
  private static final int WITHOUT_PAGE_ORDER = 5;
  private static final int WITHOUT_ATTRIBUTES = 4;
  private static final int WITHOUT_GOLDEN = 1;

  private static final ObjectMapper WRITER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  BundleManifest {
    files = List.copyOf(files);
    golden = List.copyOf(golden);
  }

  /**
   * Returns the earliest format in which a bundle with this model and these files can be written.
   * So earlier versions of UniPin can serve every bundle that needs no later format.
   *
   * @param trained names of the files of {@link BundleLayout#TRAINED} that the bundle holds
   */
  static int format(ModelConfig model, List<String> trained) {
    if (model.window().limits()) {
      return FORMAT;
    }
    if (trained.contains(BundleLayout.PRE_RANK_TABLES)
        || trained.containsAll(BundleLayout.COUNTS)) {
      return WITHOUT_WINDOWS;
    }
    if (trained.contains(BundleLayout.PAGE)) {
      return WITHOUT_COUNTS;
    }
    return model.attributes().reads() || model.contentPath() > 0
        ? WITHOUT_PAGE_ORDER
        : WITHOUT_ATTRIBUTES;
  }

  /** Returns this manifest with its own checksum filled in. */
  BundleManifest sealed() {
    return withSum(HexFormat.of().formatHex(Sha256.of(withSum("").toJson())));
  }

  boolean isKnownFormat() {
    return format >= WITHOUT_GOLDEN && format <= FORMAT;
  }

  boolean isIntact() {
    return sealed().sha256.equals(sha256);
  }

  private BundleManifest withSum(String sum) {
    return new BundleManifest(
        format, name, created, modelFingerprint, index, items, dimension, files, golden, sum);
  }

  /** Returns the same manifest under another name, without a checksum. */
  BundleManifest named(String other) {
    return new BundleManifest(
        format, other, created, modelFingerprint, index, items, dimension, files, golden, "");
  }

  /** Returns the generation of the bundle's tables of counts; empty if it has none. */
  String counts() {
    return golden.isEmpty() ? "" : golden.get(0).counts();
  }

  byte[] toJson() {
    ObjectNode tree = WRITER.valueToTree(this);
    if (format == WITHOUT_GOLDEN) {
      tree.remove("golden");
    } else if (format <= WITHOUT_COUNTS) {
      tree.path("golden").forEach(query -> ((ObjectNode) query).remove("counts"));
    }
    try {
      return WRITER.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads the JSON that {@link #toJson} wrote. An error names line, column and key. */
  static BundleManifest parse(byte[] json) {
    SettingsTree tree = SettingsTree.of(BundleLayout.MANIFEST, json, Syntax.JSON);
    ObjectNode values = tree.values();
    if (values.path("format").asInt() == WITHOUT_GOLDEN) {
      values.putArray("golden");
    }
    if (values.path("format").asInt() <= WITHOUT_COUNTS) {
      for (JsonNode query : values.path("golden")) {
        if (query instanceof ObjectNode fields) {
          fields.put("counts", "");
        }
      }
    }
    return tree.bind(BundleManifest.class);
  }
}
