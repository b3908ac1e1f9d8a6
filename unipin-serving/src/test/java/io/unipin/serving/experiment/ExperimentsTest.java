package io.unipin.serving.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class ExperimentsTest {
  private static final int USERS = 1_000_000;

  private static ExperimentsConfig split(String salt, double rollout, int... weights) {
    StringBuilder arms = new StringBuilder();
    for (int i = 0; i < weights.length; i++) {
      arms.append("%s'a%d': {'weight': %d}".formatted(i == 0 ? "" : ", ", i, weights[i]));
    }
    return Vectors.config(
        ("{'salt': '%s', 'holdout': 0, 'layers': {'l': {'experiments': {'e':"
                + " {'rollout': %s, 'arms': {%s}}}}}}")
            .formatted(salt, rollout, arms));
  }

  private static Optional<String> arm(Experiments experiments, String user) {
    List<Assignment> assignments = experiments.assign(user);
    return assignments.isEmpty() ? Optional.empty() : Optional.of(assignments.get(0).arm());
  }

  @Test
  void assign_equalsPublishedVectors() {
    JsonNode vectors = Vectors.read();
    Experiments experiments = new Experiments(Vectors.config(vectors.path("experiments")));
    JsonNode users = vectors.path("assignments");
    assertThat(users.size()).isEqualTo(64);
    for (Map.Entry<String, JsonNode> user : users.properties()) {
      List<String> expected =
          StreamSupport.stream(user.getValue().spliterator(), false)
              .map(JsonNode::asText)
              .sorted()
              .toList();
      assertThat(experiments.assign(user.getKey()).stream().map(Assignment::label).sorted())
          .as(user.getKey())
          .isEqualTo(expected);
    }
  }

  @Test
  @Tag("long")
  void assign_givesEveryArmItsShareOfAMillionUsers() {
    ExperimentsConfig config = split("unipin", 100, 50, 30, 15, 5);
    Experiments experiments = new Experiments(config);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < USERS; i++) {
      counts.merge(arm(experiments, "user-" + i).orElseThrow(), 1, Integer::sum);
    }
    experiments
        .plan("e")
        .orElseThrow()
        .shares()
        .forEach(
            (arm, share) -> {
              double sigma = Math.sqrt(USERS * share * (1 - share));
              assertThat((double) counts.getOrDefault(arm, 0))
                  .as(arm)
                  .isBetween(USERS * share - 4 * sigma, USERS * share + 4 * sigma);
            });
  }

  @Test
  @Tag("long")
  void assign_isUniformForNearlyEverySalt() {
    int users = 5_000;
    int low = 0;
    for (int salt = 0; salt < 1000; salt++) {
      Experiments experiments = new Experiments(split("salt-" + salt, 100, 1, 1, 1, 1));
      long[] counts = new long[4];
      for (int i = 0; i < users; i++) {
        counts[arm(experiments, "user-" + i).orElseThrow().charAt(1) - '0']++;
      }
      double p = ChiSquareTest.withDefaults().test(counts).getPValue();
      low += p > 0.001 ? 0 : 1;
    }
    assertThat(low).isLessThanOrEqualTo(5);
  }

  @Test
  @Tag("long")
  void rollout_movesNobodyAndOnlyAddsUsers() {
    Map<String, String> before = new HashMap<>();
    for (double rollout = 1; rollout <= 50; rollout += 7) {
      Experiments experiments = new Experiments(split("unipin", rollout, 2, 1));
      Map<String, String> now = new HashMap<>();
      for (int i = 0; i < 100_000; i++) {
        String user = "user-" + i;
        arm(experiments, user).ifPresent(arm -> now.put(user, arm));
      }
      assertThat(now).containsAllEntriesOf(before);
      assertThat(now.size() / 1000.0)
          .isBetween(rollout - 0.4 * Math.sqrt(rollout), rollout + 0.4 * Math.sqrt(rollout));
      before = now;
    }
  }

  @Test
  @Tag("long")
  void rollout_isIndependentOfArm() {
    Experiments few = new Experiments(split("unipin", 3, 1, 1));
    long[] counts = new long[2];
    for (int i = 0; i < 300_000; i++) {
      arm(few, "user-" + i).ifPresent(arm -> counts[arm.charAt(1) - '0']++);
    }
    assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(0.001);
  }

  @Test
  void layers_areOrthogonalAndExclusiveInside() {
    Experiments experiments =
        new Experiments(
            Vectors.config(
                "{'salt': 'unipin', 'holdout': 0, 'layers': {"
                    + "'one': {'experiments': {"
                    + "'first': {'slots': '0-4999', 'arms': {'a': {}, 'b': {}}},"
                    + "'second': {'slots': '5000-9999', 'arms': {'a': {}, 'b': {}}}}},"
                    + "'two': {'experiments': {'third': {'arms': {'a': {}, 'b': {}}}}}}}"));
    Map<String, Integer> cells = new HashMap<>();
    int both = 0;
    for (int i = 0; i < 200_000; i++) {
      List<Assignment> assignments = experiments.assign("user-" + i);
      both += assignments.size() == 2 ? 1 : 0;
      cells.merge(assignments.get(0).label() + " " + assignments.get(1).arm(), 1, Integer::sum);
    }
    assertThat(both).isEqualTo(200_000);
    assertThat(cells).hasSize(8);
    long[] counts = cells.values().stream().mapToLong(Integer::longValue).toArray();
    assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(0.001);
  }

  @Test
  void rolloutAndHoldout_endBeforeTheSlotOfTheirPercent() {
    for (int i = 0; i < 200; i++) {
      String user = "user-" + i;
      int rollout = Slots.of("unipin", "e/rollout", user);
      assertThat(arm(new Experiments(split("unipin", rollout / 100.0, 1)), user)).isEmpty();
      assertThat(arm(new Experiments(split("unipin", (rollout + 1) / 100.0, 1)), user)).isPresent();
      int slot = Slots.of("unipin", "/holdout", user);
      for (int holdout = Math.max(1, slot); holdout <= slot + 1; holdout++) {
        Experiments experiments =
            new Experiments(new ExperimentsConfig("unipin", holdout / 100.0, Map.of()));
        assertThat(experiments.assign(user))
            .containsExactly(
                new Assignment(
                    "",
                    Experiments.HOLDOUT,
                    slot < holdout ? Experiments.HELD_OUT : Experiments.IN,
                    false));
      }
    }
  }

  @Test
  void holdout_isInNoExperiment() {
    ExperimentsConfig all = split("unipin", 100, 1, 1);
    Experiments experiments = new Experiments(new ExperimentsConfig("unipin", 10, all.layers()));
    Set<String> out = new HashSet<>();
    int odd = 0;
    for (int i = 0; i < 100_000; i++) {
      List<Assignment> assignments = experiments.assign("user-" + i);
      boolean isOut = assignments.get(0).label().equals("holdout=out");
      odd += assignments.size() == (isOut ? 1 : 2) ? 0 : 1;
      if (isOut) {
        out.add("user-" + i);
      }
    }
    assertThat(odd).isZero();
    assertThat(out.size()).isBetween(9_600, 10_400);
  }

  @Test
  void holdout_ofAUserWithAnOverride_isPartOfNoReport() {
    for (int holdout : new int[] {50, 100}) {
      Experiments experiments =
          new Experiments(
              Vectors.config(
                  "{'salt': 's', 'holdout': %d, 'layers': {'l': {'experiments': {'e': {'arms': {'a': {}, 'b': {}}, 'overrides': {'tester': 'b'}}}}}}"
                      .formatted(holdout)));
      assertThat(experiments.assign("tester"))
          .filteredOn(assignment -> assignment.experiment().equals(Experiments.HOLDOUT))
          .singleElement()
          .matches(Assignment::overridden);
      assertThat(experiments.assign("somebody"))
          .filteredOn(assignment -> assignment.experiment().equals(Experiments.HOLDOUT))
          .singleElement()
          .matches(assignment -> !assignment.overridden());
    }
  }

  @Test
  void replace_changesTheArmOfOneLayer() {
    Experiments experiments =
        new Experiments(
            Vectors.config(
                "{'salt': 's', 'layers': {'l': {'experiments': {'e': {'slots': '1-9999', 'arms':"
                    + " {'a': {}}}, 'f': {'slots': '0-0', 'arms': {'b': {}}}}}, 'm': {'experiments': {'g': {'arms':"
                    + " {'c': {}}}}}}}"));
    assertThat(experiments.arm("f=c")).isEmpty();
    assertThat(experiments.arm("f")).isEmpty();
    Assignment chosen = experiments.arm("f=b").orElseThrow();
    assertThat(chosen).isEqualTo(new Assignment("l", "f", "b", true));
    Assignment kept = new Assignment("m", "g", "c", false);
    assertThat(Experiments.replace(List.of(kept), chosen)).containsExactlyInAnyOrder(chosen, kept);
    Assignment other = new Assignment("l", "e", "a", false);
    assertThat(Experiments.replace(List.of(other, kept), chosen))
        .containsExactlyInAnyOrder(chosen, kept);
  }

  @Test
  void override_winsOverSlotsRolloutAndHoldout() {
    Experiments experiments =
        new Experiments(
            Vectors.config(
                "{'salt': 's', 'holdout': 100, 'layers': {'l': {'experiments': {'e': {'slots':"
                    + " '0-0', 'rollout': 0, 'arms': {'a': {}, 'b': {}}, 'overrides': {'tester':"
                    + " 'b'}}, 'f': {'slots': '1-9999', 'arms': {'a': {}}}}}}}"));
    assertThat(experiments.assign("tester"))
        .contains(new Assignment("l", "e", "b", true))
        .noneMatch(assignment -> assignment.experiment().equals("f"));
    assertThat(experiments.assign("other"))
        .containsExactly(new Assignment("", Experiments.HOLDOUT, Experiments.HELD_OUT, false));
  }

  @Test
  void assign_doesNotDependOnTheOrderOfTheFile() {
    JsonNode section = Vectors.read().path("experiments");
    Experiments one = new Experiments(Vectors.config(section.deepCopy()));
    ObjectNode layers = (ObjectNode) section.path("layers");
    JsonNode first = layers.remove("retrieval");
    ObjectNode experiments = (ObjectNode) first.path("experiments");
    JsonNode wide = experiments.remove("wide-retrieval");
    ObjectNode arms = (ObjectNode) wide.path("arms");
    JsonNode control = arms.remove("control");
    arms.set("control", control);
    experiments.set("wide-retrieval", wide);
    layers.set("retrieval", first);
    Experiments other = new Experiments(Vectors.config(section));
    for (int i = 0; i < 1000; i++) {
      assertThat(other.assign("user-" + i)).isEqualTo(one.assign("user-" + i));
    }
  }
}
