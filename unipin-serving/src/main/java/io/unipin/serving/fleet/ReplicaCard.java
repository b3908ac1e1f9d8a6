package io.unipin.serving.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The facts that a replica tells the other replicas about itself, as JSON of format 1. A reader
 * ignores fields that it does not know.
 *
 * @param instance number of the process, as text
 * @param startedMs start of the process, in milliseconds since 1970
 * @param stopped whether the process has ended in good order
 * @param ephemeral whether the replica's disk is lost when the replica stops
 * @param versions versions of the program, the settings and the bundles that the replica serves, by
 *     name
 */
record ReplicaCard(
    String instance,
    String address,
    long startedMs,
    boolean stopped,
    boolean ephemeral,
    SortedMap<String, String> versions) {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  ReplicaCard {
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  String write() {
    ObjectNode node = JSON.createObjectNode();
    node.put("format", FORMAT)
        .put("instance", instance)
        .put("address", address)
        .put("startedMs", startedMs)
        .put("stopped", stopped)
        .put("ephemeral", ephemeral);
    ObjectNode all = node.putObject("versions");
    versions.forEach(all::put);
    return node.toString();
  }

  /** Reads a card. Values that can't be read are empty. */
  static ReplicaCard read(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      SortedMap<String, String> versions = new TreeMap<>();
      node.path("versions")
          .properties()
          .forEach(field -> versions.put(field.getKey(), field.getValue().asText()));
      return new ReplicaCard(
          node.path("instance").asText(),
          node.path("address").asText(),
          node.path("startedMs").asLong(),
          node.path("stopped").asBoolean(),
          node.path("ephemeral").asBoolean(),
          versions);
    } catch (JsonProcessingException e) {
      return new ReplicaCard("", "", 0, false, false, new TreeMap<>(Map.of("card", "unreadable")));
    }
  }
}
