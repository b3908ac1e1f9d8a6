package io.unipin.train.recipe;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.AttributeConfig;
import java.util.List;

/** Finds the attributes that a model reads of the items of a catalogue. */
public final class AttributeNames {
  private AttributeNames() {}

  /** Returns the distinct names of an item's attributes, see {@link AttributeConfig#names}. */
  public static List<String> of(Catalogue catalogue, int row, AttributeConfig read) {
    return read.names(catalogue.attributes(row), catalogue.category(row), catalogue.author(row));
  }
}
