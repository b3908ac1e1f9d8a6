package io.unipin.tests;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests HAProxy with the shipped configuration, in front of two servers. */
@NeedsPrograms("haproxy")
@Timeout(120)
final class HaproxyTest {
  @TempDir Path folder;

  private ProxyCheck start() throws Exception {
    return new ProxyCheck(
        folder, (servers, health) -> ProxyProcess.haproxy(folder, servers, health));
  }

  @Test
  void reload_underLoad_failsNoCall() throws Exception {
    try (ProxyCheck check = start()) {
      check.requireAffinity();
      check.requireReloads();
      check.requireAffinity();
    }
  }

  @Test
  void stopOfAServer_underLoad_failsNoCall() throws Exception {
    try (ProxyCheck check = start()) {
      check.requireStop();
    }
  }
}
