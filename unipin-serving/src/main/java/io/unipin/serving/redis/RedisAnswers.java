package io.unipin.serving.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for answers of Redis, and turns failures of Redis into failures of the server. */
final class RedisAnswers {
  /** Time after which a caller may try again. */
  static final Duration RETRY_AFTER = Duration.ofMillis(500);

  /**
   * First words of errors whose cause is a fault of this program or of an access list (ACL) in
   * Redis.
   */
  private static final List<String> FAULTS = List.of("ERR", "WRONGTYPE", "NOPERM", "UNIPIN");

  private RedisAnswers() {}

  /**
   * Waits for an answer. The failure is UNAVAILABLE if a Redis server can't be reached, answers too
   * late, is a replica, is full, or moves its keys to another node.
   *
   * @param name the data that the Redis holds, such as {@code history}
   * @throws RedisNoScriptException when Redis does not know the script
   */
  static <T> T await(String name, CompletionStage<T> answer, Duration patience) {
    try {
      return answer.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(name, "the wait was interrupted", new Pending(answer, e));
    } catch (TimeoutException e) {
      throw away(name, "no answer within " + patience.toMillis() + " ms", new Pending(answer, e));
    } catch (CancellationException e) { // the connection was closed
      throw away(name, "the command was cancelled", e);
    } catch (ExecutionException e) {
      throw failure(name, e.getCause() == null ? e : e.getCause());
    }
  }

  /** Reports a wait that has ended although the answer may still come. */
  private static final class Pending extends Exception {
    private static final long serialVersionUID = 1;

    private final transient CompletionStage<?> answer;

    Pending(CompletionStage<?> answer, Exception cause) {
      super(cause);
      this.answer = answer;
    }
  }

  /** Returns the answer that a caller did not wait for; empty if the command has ended. */
  static Optional<CompletionStage<?>> pending(Throwable failure) {
    return failure.getCause() instanceof Pending pending
        ? Optional.of(pending.answer)
        : Optional.empty();
  }

  /** Whether the failure of a command shows that Redis is unavailable, late or full. */
  static boolean showsAbsence(String name, Throwable failure) {
    return failure(name, failure) instanceof ServingException serving
        && serving.kind() == FailureKind.UNAVAILABLE;
  }

  /** Returns the failure of a client that can't connect. */
  static ServingException unreachable(String name, String uri, RedisException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return ServingException.unavailable(
        "the %s store's Redis can't be reached at %s: %s".formatted(name, uri, root.getMessage()),
        RETRY_AFTER,
        failure);
  }

  private static RuntimeException failure(String name, Throwable cause) {
    if (cause instanceof RedisNoScriptException unknown) {
      return unknown;
    }
    if (cause instanceof ServingException known) {
      return known;
    }
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof RedisCommandExecutionException
        && FAULTS.contains(message.split("[ :]", 2)[0])) {
      return new ServingException(
          FailureKind.INTERNAL, "the " + name + " store's Redis refused a command", cause);
    }
    return away(name, reason(cause), cause);
  }

  /** Names the cause without its text, which could hold an address. */
  private static String reason(Throwable cause) {
    return cause instanceof RedisCommandExecutionException
        ? "it answered " + String.valueOf(cause.getMessage()).split("[ :]", 2)[0]
        : "it can't be reached";
  }

  static ServingException away(String name, String reason, Throwable cause) {
    return ServingException.unavailable(
        "the %s store's Redis is away: %s".formatted(name, reason), RETRY_AFTER, cause);
  }
}
