package io.unipin.client;

import com.google.common.hash.Hashing;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One call of a client.
 *
 * @param user id of the call's user; the header {@code x-user-id} carries a short hash of this id,
 *     by which proxies can route the call
 * @param repeatable whether the call may be sent again although a server may have carried it out
 *     already
 */
record Call<Q, A>(MethodDescriptor<Q, A> method, Q request, String user, boolean repeatable) {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("x-user-id", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> ROUTE =
      Metadata.Key.of("unipin-route", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * The number of hexadecimal digits of the hash in the header. It is small on purpose: several
   * users may have the same hash, so the hash does not identify a user.
   */
  private static final int HASH_DIGITS = 8;

  /** What a call says about the choice of its server. */
  enum Route {
    /** The client knows only one address. */
    UNKNOWN,
    /** The user prefers this replica to all other replicas. */
    FIRST,
    /** The user prefers another replica, which takes no calls or has no room. */
    OTHER
  }

  /** Sends the call and waits for the answer. */
  A send(Channel channel, Route route, long nanos) {
    Metadata headers = new Metadata();
    headers.put(USER, header(user));
    if (route != Route.UNKNOWN) {
      headers.put(ROUTE, route.name().toLowerCase(Locale.ROOT));
    }
    ClientTraces.propagate(headers);
    Channel routed =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS);
    return ClientCalls.blockingUnaryCall(routed, method, options, request);
  }

  /**
   * Returns the first 32 bits of the SHA-256 of the id in UTF-8, in hexadecimal digits. Both ends
   * of an HTTP/2 connection keep headers for later calls (RFC 7541, 2.3.2), so a header with the id
   * itself would outlive the user's erasure.
   */
  static String header(String user) {
    return Hashing.sha256()
        .hashString(user, StandardCharsets.UTF_8)
        .toString()
        .substring(0, HASH_DIGITS);
  }
}
