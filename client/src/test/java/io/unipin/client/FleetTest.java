package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FleetTest {
  private static final List<String> NAMES = List.of("a:1", "b:1", "c:1");

  private final Fleet fleet = new Fleet(FleetTest::replica);

  /** Returns a replica that is never called, so its connection stays closed. */
  private static Replica replica(String name) {
    return new Replica(
        name, () -> Channels.open("127.0.0.1:1", ClientSecurity.NONE), System::nanoTime);
  }

  /** Returns a fleet whose replica b:1 can't be opened as long as {@code fails} says so. */
  private static Fleet fleetWithout(BooleanSupplier fails) {
    return new Fleet(
        name -> {
          if (name.equals("b:1") && fails.getAsBoolean()) {
            throw new UncheckedIOException(new IOException("the CA can't be read"));
          }
          return replica(name);
        });
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void update_replicaThatCannotBeOpened_leavesTheOthersAndComesLater() {
    AtomicBoolean fails = new AtomicBoolean(true);
    Fleet some = fleetWithout(fails::get);
    some.update(List.of("a:1"));
    assertThatThrownBy(() -> some.update(List.of("b:1", "c:1")))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(some.replicas()).extracting(Replica::name).containsExactly("c:1");
    fails.set(false);
    some.update(List.of("b:1", "c:1"));
    assertThat(some.replicas()).extracting(Replica::name).containsOnly("b:1", "c:1");
    some.close();
  }

  /** A list of new names is told only once. */
  @Test
  void calls_newReplicaThatCannotBeOpenedAtFirst_isThereSoon() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Fleet some = fleetWithout(() -> attempts.incrementAndGet() < 3);
    AtomicReference<List<String>> next = new AtomicReference<>(List.of("b:1"));
    FleetNames names =
        new FleetNames() {
          @Override
          public List<String> first() {
            return List.of("a:1");
          }

          @Override
          public Optional<List<String>> changed() {
            return Optional.ofNullable(next.getAndSet(null));
          }

          @Override
          public void close() {}
        };
    FleetCalls calls = new FleetCalls(some, names, new ClientTraces(OpenTelemetry::noop));
    try {
      for (int i = 0;
          i < 400 && calls.replicas().stream().noneMatch(each -> each.name().equals("b:1"));
          i++) {
        TimeUnit.MILLISECONDS.sleep(25);
      }
      assertThat(calls.replicas()).extracting(ReplicaStatus::name).containsExactly("b:1");
    } finally {
      calls.close();
    }
  }

  private String begin(String user, String... tried) {
    return fleet.begin(user, Set.of(tried)).orElseThrow().replica().name();
  }

  @Test
  void begin_oneUser_goesOnToTheNextWhereTheFirstHasItsShare() {
    fleet.update(NAMES);
    List<String> order = ReplicaOrder.of("u", NAMES);
    List<String> chosen = new ArrayList<>();
    for (int call = 0; call < 9; call++) {
      chosen.add(begin("u"));
    }
    // Before each of the nine calls, a replica may have at most 1, 1, 2, 2, 3, 3, 3, 4 and 4 calls
    // in flight.
    assertThat(chosen)
        .containsExactly(
            order.get(0),
            order.get(1),
            order.get(0),
            order.get(1),
            order.get(0),
            order.get(1),
            order.get(2),
            order.get(0),
            order.get(1));
  }

  @Test
  void begin_manyCallsInFlight_keepsEveryReplicaBelowItsShare() {
    fleet.update(NAMES);
    for (int call = 0; call < 300; call++) {
      begin("u" + call % 7);
      int most = fleet.replicas().stream().mapToInt(Replica::inFlight).max().orElseThrow();
      assertThat(most).isLessThanOrEqualTo(Fleet.room(call, 3));
    }
  }

  @Test
  void begin_afterTries_choosesTheRestInOrder() {
    fleet.update(NAMES);
    List<String> order = ReplicaOrder.of("u", NAMES);
    assertThat(begin("u", order.get(0))).isEqualTo(order.get(1));
    assertThat(begin("u", order.get(0), order.get(1))).isEqualTo(order.get(2));
    assertThat(fleet.begin("u", new HashSet<>(NAMES))).isEmpty();
  }

  /** The share of calls that go to the user's first choice is the fleet's affinity. */
  @Test
  void begin_saysWhetherItIsTheReplicaThatTheUserPrefersToAllOthers() {
    fleet.update(NAMES);
    List<String> order = ReplicaOrder.of("u", NAMES);
    List<Boolean> first = new ArrayList<>();
    Set<String> tried = new HashSet<>();
    for (String name : order) {
      Fleet.Choice choice = fleet.begin("u", tried).orElseThrow();
      assertThat(choice.replica().name()).isEqualTo(name);
      first.add(choice.isFirst());
      tried.add(name);
    }
    assertThat(first).containsExactly(true, false, false);
  }

  @Test
  void update_otherNames_keepsTheReplicasThatStay() {
    fleet.update(NAMES);
    Replica stays = fleet.replicas().get(1);
    fleet.update(List.of("d:1", "b:1"));
    assertThat(fleet.replicas()).extracting(Replica::name).containsExactly("b:1", "d:1");
    assertThat(fleet.replicas()).contains(stays);
  }
}
