package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReplicaOrderTest {
  private static final List<String> THREE = List.of("a:9090", "b:9090", "c:9090");

  /**
   * {@code replica-order.json} was computed by another implementation of the hash. Clients in other
   * languages can test themselves with this file.
   */
  private static JsonNode golden() throws IOException {
    try (InputStream in = ReplicaOrderTest.class.getResourceAsStream("replica-order.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void order_ofTheGoldenVectors_isTheirs() throws IOException {
    JsonNode vectors = golden().path("vectors");
    assertThat(vectors).hasSizeGreaterThan(30);
    for (JsonNode vector : vectors) {
      String user = vector.path("user").asText();
      List<String> replicas = texts(vector.path("replicas"));
      List<String> scores =
          replicas.stream().map(name -> "%016x".formatted(ReplicaOrder.score(name, user))).toList();
      assertThat(scores).isEqualTo(texts(vector.path("scores")));
      Collections.shuffle(replicas, new Random(1));
      assertThat(ReplicaOrder.of(user, replicas)).isEqualTo(texts(vector.path("order")));
    }
  }

  @Test
  void room_ofTheGoldenVectors_isTheirs() throws IOException {
    JsonNode rooms = golden().path("rooms");
    assertThat(rooms).hasSizeGreaterThan(30);
    for (JsonNode room : rooms) {
      int inFlight = room.path("inFlight").asInt();
      int replicas = room.path("replicas").asInt();
      assertThat(Fleet.room(inFlight, replicas)).isEqualTo(room.path("room").asInt());
    }
  }

  @Test
  void order_ofManyUsers_spreadsThemEvenly() {
    Map<String, Integer> users = new HashMap<>();
    for (int user = 0; user < 30_000; user++) {
      users.merge(ReplicaOrder.of("u" + user, THREE).get(0), 1, Integer::sum);
    }
    assertThat(users.keySet()).containsExactlyInAnyOrderElementsOf(THREE);
    // The mean is 10,000. Six standard deviations of the binomial distribution are 490.
    assertThat(users.values()).allSatisfy(count -> assertThat(count).isBetween(9_510, 10_490));
  }

  @Test
  void order_withoutAReplica_movesOnlyItsUsers() {
    List<String> two = List.of("a:9090", "c:9090");
    int moved = 0;
    for (int user = 0; user < 1000; user++) {
      List<String> before = ReplicaOrder.of("u" + user, THREE);
      String after = ReplicaOrder.of("u" + user, two).get(0);
      if (before.get(0).equals("b:9090")) {
        moved++;
        assertThat(after).isEqualTo(before.get(1));
      } else {
        assertThat(after).isEqualTo(before.get(0));
      }
    }
    assertThat(moved).isBetween(240, 430);
    assertThat(Objects.requireNonNull(ReplicaOrder.of("u", List.of()))).isEmpty();
  }
}
