package io.unipin.cli.loadtest;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/** The users that a run has at a server, until they are erased. Thread-safe. */
final class RunUsers {
  /** If so many erasures fail one after another, the server is away, and no more are tried. */
  private static final int MOST_FAILURES_IN_A_ROW = 10;

  private final UniPinClient client;
  private final Set<String> users = new LinkedHashSet<>();
  private String failure = "";

  RunUsers(UniPinClient client) {
    this.client = client;
  }

  /** Adds a user before the first call for this user. Returns whether the user is new. */
  synchronized boolean add(String user) {
    return users.add(user);
  }

  synchronized int count() {
    return users.size();
  }

  /** Erases a user at the server. */
  void erase(String user) {
    client.eraseUser(user);
    synchronized (this) {
      users.remove(user);
    }
  }

  /**
   * Erases all users, and goes on past failures. A user whose erasure failed remains.
   *
   * @param erased gets the number of users that are erased so far
   */
  void eraseAll(LongConsumer erased) {
    List<String> all;
    synchronized (this) {
      all = List.copyOf(users);
    }
    long count = 0;
    int failed = 0;
    for (String user : all) {
      try {
        erase(user);
        erased.accept(++count);
        failed = 0;
      } catch (RequestException e) {
        synchronized (this) {
          failure = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
        if (++failed == MOST_FAILURES_IN_A_ROW) {
          return;
        }
      }
    }
  }

  /** Returns one line about the users that remain at the server; empty if there are none. */
  synchronized Optional<String> remaining(String address) {
    return users.stream()
        .findFirst()
        .map(
            first ->
                "all users of the run erased expected, got %s remaining%s; erase each of them: ./unipin erase --user %s --address %s"
                    .formatted(
                        users.size(),
                        failure.isEmpty() ? "" : " (" + failure + ")",
                        first,
                        address));
  }
}
