package io.unipin.benchmarks.trial;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file that the command {@code try} reads, and the true meaning of its content.
 *
 * @param kind description of the file, as a short phrase
 * @param place the file, or a folder of files
 * @param meanings the column that has each meaning, as the command's figures name it
 * @param users number of users whom the file names
 * @param items number of items that the file names
 */
record TrialFile(String kind, Path place, Map<String, String> meanings, int users, int items) {
  TrialFile {
    meanings = Map.copyOf(new TreeMap<>(meanings));
  }

  String name() {
    return String.valueOf(place.getFileName());
  }
}
