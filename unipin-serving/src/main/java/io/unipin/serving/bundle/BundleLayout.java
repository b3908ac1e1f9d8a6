package io.unipin.serving.bundle;

import io.unipin.counts.CountedRanking;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRankTables;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Names of the files in a bundle's directory. */
final class BundleLayout {
  static final String MANIFEST = "manifest.json";
  static final String MODEL = "model";
  static final List<String> MODEL_FILES =
      List.of("config.json", "weights.safetensors", "items.safetensors");

  /**
   * File with all settings of the training, beside the model's files. Only models made by
   * {@code train} have it.
   */
  static final String RECIPE = "recipe.yaml";

  /**
   * File that states how often training saw each class of the model's inputs. Only models made by
   * {@code train} have it.
   */
  static final String CLASSES = ClassCounts.FILE;

  /**
   * File with the weights for ordering the items of a page. Only models made by {@code train} can
   * have it. It is absent if the model does not retrieve, or if the validation split has too few
   * targets to fit the weights.
   */
  static final String PAGE = FittedPageOrder.FILE;

  /**
   * Files with tables of counts and their weights, by which ranking changes probabilities. Only
   * models made by {@code train} can have them.
   */
  static final List<String> COUNTS =
      CountedRanking.FILES.stream().map(name -> CountedRanking.FOLDER + "/" + name).toList();

  /**
   * File with the popularity and the followers of items. Only models that {@code train} made to
   * retrieve have it.
   */
  static final String PRE_RANK_TABLES = PreRankTables.FILE;

  /**
   * File with the weights of pre-ranking. It is absent if the validation split has too few targets
   * to fit the weights.
   */
  static final String PRE_RANK = FittedPreRank.FILE;

  /** Files that only trained models have. */
  static final List<String> TRAINED =
      Stream.concat(Stream.of(RECIPE, CLASSES, PAGE, PRE_RANK_TABLES, PRE_RANK), COUNTS.stream())
          .toList();

  static final String CATALOGUE = "catalogue.parquet";
  static final String INDEX = "index/items.faiss";

  /**
   * Value that takes the place of a FAISS factory string. A bundle with this value has no index
   * file, and a search compares every item.
   */
  static final String EXACT = "exact";

  private BundleLayout() {}

  /**
   * Returns the names of all files except the manifest.
   *
   * @param trained the existing files of {@link #TRAINED}
   */
  static List<String> files(boolean exact, List<String> trained) {
    List<String> files = new ArrayList<>();
    MODEL_FILES.forEach(name -> files.add(MODEL + "/" + name));
    trained.forEach(name -> files.add(MODEL + "/" + name));
    files.add(CATALOGUE);
    if (!exact) {
      files.add(INDEX);
    }
    return files;
  }
}
