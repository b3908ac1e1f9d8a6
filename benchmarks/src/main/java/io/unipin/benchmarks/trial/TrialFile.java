package io.unipin.benchmarks.trial;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file that the command try reads, and what is true of it.
 *
 * @param kind what the file is like, as a short phrase
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
