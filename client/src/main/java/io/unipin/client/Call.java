package io.unipin.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One call of a client.
 *
 * @param user id of the user that the call is about; the header {@code x-user-id} carries it, so
 *     that proxies can route by it
 * @param repeatable whether the call may be sent again although a server may have carried it out
 *     already
 */
record Call<Q, A>(MethodDescriptor<Q, A> method, Q request, String user, boolean repeatable) {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("x-user-id", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> ROUTE =
      Metadata.Key.of("unipin-route", Metadata.ASCII_STRING_MARSHALLER);

  /** The largest number of characters of an id in the header. Servers refuse longer ids. */
  private static final int LONGEST_ID = 256;

  /** What a call says about the choice of its server. */
  enum Route {
    /** The client knows one address. */
    UNKNOWN,
    /** The user prefers this replica to all others. */
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

  /** Returns the id in a form that a header can carry: UTF-8, percent-encoded as in HTML forms. */
  static String header(String user) {
    String known = user.length() <= LONGEST_ID ? user : user.substring(0, LONGEST_ID);
    return URLEncoder.encode(known, StandardCharsets.UTF_8);
  }
}
