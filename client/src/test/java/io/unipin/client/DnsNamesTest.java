package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class DnsNamesTest {
  private static final Duration SOON = Duration.ofMillis(2);

  /** The current addresses of the name; empty while the name server is unavailable. */
  private volatile List<String> addresses = List.of("10.0.0.2", "10.0.0.1");

  private InetAddress[] lookUp(String host) throws UnknownHostException {
    assertThat(host).isEqualTo("fleet");
    if (addresses.isEmpty()) {
      throw new UnknownHostException(host);
    }
    InetAddress[] found = new InetAddress[addresses.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = InetAddress.getByName(addresses.get(i));
    }
    return found;
  }

  private static List<String> await(DnsNames names) throws InterruptedException {
    while (true) {
      Optional<List<String>> changed = names.changed();
      if (changed.isPresent()) {
        return changed.get();
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void names_followTheAddresses() throws InterruptedException {
    try (DnsNames names = new DnsNames("fleet", 9090, this::lookUp, SOON)) {
      assertThat(names.first()).containsExactly("10.0.0.1:9090", "10.0.0.2:9090");
      assertThat(names.changed()).isEmpty();
      addresses = List.of("10.0.0.3", "2001:db8::1", "10.0.0.2");
      assertThat(await(names))
          .containsExactly("10.0.0.2:9090", "10.0.0.3:9090", "[2001:db8:0:0:0:0:0:1]:9090");
      addresses = List.of(); // while the name server is unavailable, the names stay as they were
      TimeUnit.MILLISECONDS.sleep(20);
      assertThat(names.changed()).isEmpty();
      addresses = List.of("10.0.0.4");
      assertThat(await(names)).containsExactly("10.0.0.4:9090");
    }
  }

  @Test
  void names_ofAnUnknownHost_areRefused() {
    addresses = List.of();
    assertThatThrownBy(() -> new DnsNames("fleet", 9090, this::lookUp, SOON))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("fleet");
  }
}
