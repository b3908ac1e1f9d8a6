package io.unipin.tests;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests nginx with the shipped configuration, in front of two servers. */
@NeedsPrograms("nginx")
@Timeout(120)
final class NginxTest {
  @TempDir Path folder;

  private ProxyCheck start() throws Exception {
    return new ProxyCheck(folder, (servers, health) -> ProxyProcess.nginx(folder, servers));
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
