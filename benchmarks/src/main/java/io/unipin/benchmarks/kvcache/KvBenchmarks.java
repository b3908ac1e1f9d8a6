package io.unipin.benchmarks.kvcache;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Measures acquire, put and append of the cache and of other stores for users' keys and values.
 * {@link JmhRun} runs these benchmarks.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class KvBenchmarks {
  /** The name of the store. */
  @Param({"unipin"})
  public String store = "unipin";

  private UserStore users = UserStore.NONE;

  /** A counter that numbers the threads, so that each thread asks for users of its own. */
  private final AtomicInteger threads = new AtomicInteger();

  /** Opens the store and fills it. */
  @Setup(Level.Trial)
  public void open() {
    users = UserStore.open(store);
    for (int user = 0; user < UserStore.USERS; user++) {
      users.put(user);
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    users.close();
  }

  /** The number of the next user that a thread asks for. */
  @State(Scope.Thread)
  public static class Turn {
    private int at;

    @Setup(Level.Trial)
    public void begin(KvBenchmarks benchmarks) {
      at = benchmarks.threads.getAndIncrement() * UserStore.USERS / 2;
    }

    int next() {
      at++;
      return at;
    }
  }

  /** Finds a user's state and releases it. */
  @Benchmark
  public long acquire(Turn turn) {
    return users.acquire(turn.next() % UserStore.USERS);
  }

  /** Stores the state of a new user. To make room, the store drops another user's state. */
  @Benchmark
  public void put(Turn turn) {
    users.put(UserStore.USERS + turn.next());
  }

  /** Replaces the last eight rows of a user. */
  @Benchmark
  public void append(Turn turn) {
    users.append(turn.next() % UserStore.APPENDING);
  }
}
