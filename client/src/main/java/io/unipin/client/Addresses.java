package io.unipin.client;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the address to which a client connects. */
final class Addresses {
  private static final String DNS = "dns:///";
  private static final Pattern PLACE = Pattern.compile("(\\[[^\\]]+\\]|[^:\\s]+):(\\d{1,5})");

  private Addresses() {}

  /** Opens the calls to an address: one server, several servers, or a DNS name of servers. */
  static Calls open(String address, ClientSecurity security, ClientTraces traces) {
    if (address.startsWith(DNS)) {
      Matcher place = place(address.substring(DNS.length()));
      String host = place.group(1);
      int port = Integer.parseInt(place.group(2));
      FleetNames names = new DnsNames(host, port, InetAddress::getAllByName, DnsNames.DISTANCE);
      return new FleetCalls(new Fleet(name -> replica(name, host, security)), names, traces);
    }
    if (address.contains(",")) {
      return new FleetCalls(
          new Fleet(name -> replica(name, "", security)), FleetNames.fixed(names(address)), traces);
    }
    return new SingleCalls(address, Channels.open(address, security), traces);
  }

  private static List<String> names(String address) {
    List<String> names = Arrays.stream(address.split(",", -1)).map(String::trim).toList();
    names.forEach(Addresses::place);
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException(
          "addresses that differ from each other expected, got " + address);
    }
    return names;
  }

  private static Matcher place(String text) {
    Matcher place = PLACE.matcher(text);
    if (!place.matches() || Integer.parseInt(place.group(2)) > 65_535) {
      throw new IllegalArgumentException("host:port expected, got '" + text + "'");
    }
    return place;
  }

  /**
   * @param host host name in the replica's certificate; empty if the certificate has the host of
   *     {@code name}
   */
  private static Replica replica(String name, String host, ClientSecurity security) {
    return new Replica(
        name,
        () -> {
          NettyChannelBuilder builder = Channels.to(name, security);
          return host.isEmpty() ? builder.build() : builder.overrideAuthority(host).build();
        },
        System::nanoTime);
  }
}
