package io.unipin.serving;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.MadeErasures;
import io.unipin.serving.fleet.Fleet;
import io.unipin.serving.fleet.FleetErasures;
import io.unipin.serving.fleet.FleetView;
import io.unipin.serving.fleet.Replica;
import io.unipin.serving.history.HistoryConfig.Store;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.metrics.FleetMeters;
import io.unipin.serving.redis.RedisPlace;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.user.UserData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/** Makes a server a replica of its fleet. */
final class ServerFleet {
  private static final RedisPlace NO_REDIS =
      new RedisPlace("", false, "", "", "", Duration.ofSeconds(1), Duration.ofSeconds(1));
  private static final int DIGITS = 8;

  private ServerFleet() {}

  /** Opens the connections of a replica. A server without shared secrets belongs to no fleet. */
  static Fleet open(ServerConfig config, ServerTopics topics, Secrets secrets) {
    boolean shares =
        config.history().store() == Store.REDIS || !config.security().secretFile().isEmpty();
    @Nullable ErasureLog topic = topics.erasures().orElse(null);
    RedisPlace redis = shares ? config.redis().place() : NO_REDIS;
    return Fleet.open(
        config.fleet(),
        redis.isUsed() ? ReplicaName.place(config.server()) : "",
        redis,
        config.redis().waitReplicas(),
        topic,
        secrets);
  }

  /**
   * Applies the erasures that the server has missed. From then on, also applies the erasures of
   * other replicas.
   *
   * @param empty whether the server had no data of users on its disk when it started
   */
  static void follow(
      Fleet fleet, ServerConfig config, HistoryStore histories, UserData users, boolean empty) {
    fleet
        .erasures()
        .ifPresent(
            erasures ->
                erasures.follow(
                    new FleetErasures.Stores(
                        MadeErasures.open(config.erasuresFile(), histories.secret()),
                        (user, timeMs) -> users.eraseFor(user, timeMs).complete(),
                        histories::sharedErasures,
                        empty)));
  }

  /** Whether the folders of a server hold no data of users. */
  static boolean isEmpty(ServerConfig config) {
    return Stream.of(
            config.history().folder(),
            config.impressionsFolder(),
            config.servedLog().folder(),
            config.exposureLog().folder(),
            config.kafka().spool().folder(),
            config.cache().file().path())
        .allMatch(ServerFleet::isEmpty);
  }

  private static boolean isEmpty(Path place) {
    if (place.toString().isEmpty() || !Files.exists(place)) {
      return true;
    }
    try (Stream<Path> found = Files.list(place)) {
      return found.findAny().isEmpty();
    } catch (IOException e) {
      return false; // the path is not a folder, or can't be read
    }
  }

  /** Whether the server knows all erasures that were in the fleet's log when it started. */
  static boolean knowsErasures(Fleet fleet) {
    return fleet.erasures().map(FleetErasures::isRead).orElse(true);
  }

  /** Returns a hash of all settings that decide what arms serve, in hexadecimal digits. */
  static String arms(ServerConfig config) {
    String text =
        List.of(
                config.experiment(),
                config.experiments(),
                config.retrieval(),
                config.ranking(),
                config.page(),
                config.slate(),
                config.degradation(),
                config.history().limit())
            .toString();
    return DigestUtils.sha256Hex(text).substring(0, DIGITS);
  }

  /** Returns the version of this program. */
  static String release() {
    return Objects.requireNonNullElse(
        ServerFleet.class.getPackage().getImplementationVersion(), "unreleased");
  }

  /** Returns lines about the fleet for {@code /healthz}. */
  static List<String> remarks(Fleet fleet) {
    int unreadable = unreadable(fleet);
    List<String> lines = new ArrayList<>(fleet.view().remarks());
    if (unreadable > 0) {
      lines.add(
          "erasures that can't be read: %s; security.secretFile lacks their secrets"
              .formatted(unreadable));
    }
    int failed = failed(fleet);
    if (failed > 0) {
      lines.add("erasures that a store could not make: %s; they are tried again".formatted(failed));
    }
    return lines;
  }

  private static int unreadable(Fleet fleet) {
    return fleet.erasures().map(FleetErasures::unreadable).orElse(0);
  }

  private static int failed(Fleet fleet) {
    return fleet.erasures().map(FleetErasures::failed).orElse(0);
  }

  static FleetMeters.Figures figures(Fleet fleet) {
    FleetView view = fleet.view();
    return new FleetMeters.Figures(
        view.count(Replica.State.LIVE),
        view.count(Replica.State.AWAY),
        view.differing().size(),
        view.reachable() ? 0 : 1,
        unreadable(fleet),
        failed(fleet));
  }
}
