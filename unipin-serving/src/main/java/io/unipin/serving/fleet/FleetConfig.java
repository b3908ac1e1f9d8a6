package io.unipin.serving.fleet;

import static io.unipin.settings.SettingException.checkPositive;

import io.unipin.serving.erasure.ErasureReplay.Unreadable;
import io.unipin.settings.SettingException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Settings of a server as one replica of a fleet. They have an effect only if a Redis is
 * configured.
 *
 * @param name name of this replica, which stays the same over restarts; empty for the host's name
 *     and the port
 * @param address address at which operators reach this replica; empty for the host's name and the
 *     port
 * @param ephemeral whether this replica's disk is lost when the replica stops. The replica's entry
 *     in the register is then removed when it stops, or ten minutes after its last sign of life
 * @param lease a replica without a sign of life for this time counts as away
 * @param patience longest time for which an erasure waits for the other replicas
 * @param unreadableErasures with {@code WAIT}, the replica serves no pages and reads no actions
 *     topic until it can read every erasure; with {@code PASS}, it goes on without the erasures
 *     that it can't read
 */
public record FleetConfig(
    String name,
    String address,
    boolean ephemeral,
    Duration lease,
    Duration patience,
    Unreadable unreadableErasures) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{0,100}");
  private static final Duration LEAST_LEASE = Duration.ofMillis(300);

  public FleetConfig {
    check("name", name);
    check("address", address);
    checkPositive("patience", patience);
    if (lease.compareTo(LEAST_LEASE) < 0) {
      throw new SettingException("lease", "at least 300 ms expected, got " + lease);
    }
  }

  private static void check(String key, String text) {
    if (!NAME.matcher(text).matches()) {
      throw new SettingException(
          key, "at most 100 letters, digits, dots, colons, dashes expected, got '" + text + "'");
    }
  }
}
