package io.unipin.prerank;

import io.unipin.counts.CountTables;
import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.ModelException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a model's folder holds for pre-ranking. Immutable.
 *
 * @param tables popularity and followers of the items
 * @param fitted the weights; null if training fitted none
 */
public record PreRankFiles(PreRankTables tables, @Nullable FittedPreRank fitted) {
  /**
   * Reads the files in a model's folder; empty if the folder has none of them.
   *
   * @param items number of items of the model's catalogue
   * @throws ModelException when a file is broken, or the tables are missing or have other items
   */
  public static Optional<PreRankFiles> read(Path directory, int items) {
    FittedPreRank fitted = FittedPreRank.read(directory).orElse(null);
    PreRankTables tables = PreRankTables.read(directory).orElse(null);
    if (tables == null) {
      if (fitted != null) {
        throw new ModelException(
            "%s: %s beside it expected, none found"
                .formatted(FittedPreRank.FILE, PreRankTables.FILE));
      }
      return Optional.empty();
    }
    tables.requireItems(items);
    return Optional.of(new PreRankFiles(tables, fitted));
  }

  /** Removes the files from a model's folder, if there are any. */
  public static void remove(Path directory) {
    FittedPreRank.remove(directory);
    PreRankTables.remove(directory);
  }

  /**
   * Returns the rule of pre-ranking; empty if training fitted no weights.
   *
   * @param counts counts of the catalogue's items; null if there are none
   * @throws ModelException if a feature that has a weight is missing
   */
  public Optional<PreRank> rule(Catalogue catalogue, @Nullable CountTables counts) {
    return fitted == null
        ? Optional.empty()
        : Optional.of(PreRank.of(fitted, PreRank.features(tables, catalogue, counts)));
  }
}
