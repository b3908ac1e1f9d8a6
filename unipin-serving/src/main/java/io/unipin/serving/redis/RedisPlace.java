package io.unipin.serving.redis;

import static io.unipin.settings.SettingException.checkPositive;

import io.unipin.settings.SettingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings of the connection to one Redis, which is a single server or a cluster. The server may
 * also be another server that speaks the protocol of Redis, such as Valkey.
 *
 * @param uri {@code redis://host:port}, or {@code rediss://host:port} for TLS; for a cluster, also
 *     several nodes, as in {@code redis://host1:6379,host2:6379}; empty when Redis is not used
 * @param cluster whether the nodes belong to a cluster
 * @param user name of the ACL user; empty for the default user
 * @param passwordFile file whose first line is the user's password; the file is read for every new
 *     connection; empty for no password
 * @param authorities PEM file with the authorities that may sign the servers' certificates; empty
 *     for the authorities that the JVM trusts
 * @param timeout longest time to wait for a connection, and for the answer to a command
 * @param topologyRefresh interval at which the client asks the nodes of a cluster which node serves
 *     which keys; redirections and lost connections cause further refreshes
 */
public record RedisPlace(
    String uri,
    boolean cluster,
    String user,
    String passwordFile,
    String authorities,
    Duration timeout,
    Duration topologyRefresh) {
  private static final Pattern URI = Pattern.compile("(rediss?)://([^/@]+)/?");
  private static final Pattern NODE =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):(\\d{1,5})");
  private static final int HIGHEST_PORT = 65_535;

  /** The address of a server. */
  public record Node(String host, int port) {}

  public RedisPlace {
    if (!uri.isEmpty() && nodes(uri).size() > 1 && !cluster) {
      throw new SettingException(
          "uri", "one host without cluster: true expected, got " + nodes(uri).size());
    }
    if (!user.isEmpty() && passwordFile.isEmpty()) {
      throw new SettingException("passwordFile", "a file beside user expected, got none");
    }
    if (!authorities.isEmpty() && !uri.startsWith("rediss:")) {
      throw new SettingException("authorities", "none without rediss:// expected, got a file");
    }
    checkPositive("timeout", timeout);
    checkPositive("topologyRefresh", topologyRefresh);
  }

  /** Whether a Redis is configured. */
  public boolean isUsed() {
    return !uri.isEmpty();
  }

  boolean isTls() {
    return uri.startsWith("rediss:");
  }

  List<Node> nodes() {
    return nodes(uri);
  }

  private static List<Node> nodes(String uri) {
    Matcher whole = URI.matcher(uri);
    if (!whole.matches()) {
      throw malformed(uri);
    }
    List<Node> nodes = new ArrayList<>();
    for (String part : whole.group(2).split(",", -1)) {
      Matcher node = NODE.matcher(part);
      if (!node.matches() || Integer.parseInt(node.group(2)) > HIGHEST_PORT) {
        throw malformed(uri);
      }
      nodes.add(new Node(node.group(1), Integer.parseInt(node.group(2))));
    }
    return List.copyOf(nodes);
  }

  /**
   * Returns the error for a malformed address. The error does not quote the address, because its
   * user part could hold a password.
   */
  private static SettingException malformed(String uri) {
    return new SettingException(
        "uri",
        uri.contains("@")
            ? "an address without user and password expected (they have settings of their own)"
            : "redis://host:port or rediss://host:port expected, got '" + uri + "'");
  }
}
