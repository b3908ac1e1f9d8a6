package io.unipin.benchmarks.headline;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.Random;

/**
 * A caller that requests pages of one user, one page at a time. It shares no thread with a server
 * in the same process. Not thread-safe.
 */
public final class PageCaller implements AutoCloseable {
  /** The name with which the names of the transport's threads begin. */
  static final String THREADS = "page-caller";

  private static final long START_MS = 1_700_000_000_000L;
  private static final long MINUTE_MS = 60_000;
  private static final String USER = "user";

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory(THREADS, true), NioIoHandler.newFactory());
  private final SocketClock clock = new SocketClock();
  private final ManagedChannel channel;
  private final UniPinGrpc.UniPinBlockingStub stub;
  private final Random random = new Random(1);
  private final int items;
  private int recorded;

  /** Connects to a server. The ids of the bundle's items are 0 to {@code items} - 1. */
  public PageCaller(String address, int items) {
    this.items = items;
    this.channel =
        Channels.to(address, ClientSecurity.NONE)
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .build();
    this.stub = UniPinGrpc.newBlockingStub(channel).withInterceptors(clock);
  }

  /**
   * An answered request.
   *
   * @param waited nanoseconds for which the caller waited for the page
   * @param inside nanoseconds from the writing of the request to the arrival of the answer's end at
   *     the caller's transport. This is a little more than the time that the server needs from the
   *     request's first byte to the answer's last byte.
   */
  public record Timed(Served served, double waited, double inside) {}

  /** Records actions that are newer than all earlier actions. */
  public void record(int count) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(USER);
    for (int i = 0; i < count; i++, recorded++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(random.nextInt(items))
              .addActions("click")
              .setTimeMs(START_MS + recorded * MINUTE_MS)
              .setEventId("h" + recorded));
    }
    stub.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
  }

  /** Requests a page. With 0 candidates, the server's setting applies. */
  public Timed page(int candidates) {
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(USER))
            .setCandidates(candidates)
            .build();
    long begin = System.nanoTime();
    RetrieveAndRankResponse response = stub.retrieveAndRank(request);
    long waited = System.nanoTime() - begin;
    return new Timed(response.getServed(), waited, clock.end - clock.begin);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var unused = loop.shutdownGracefully();
  }

  /** Notes when a call's request is written, and when the end of its answer arrives. */
  private static final class SocketClock extends ClientStreamTracer.Factory
      implements ClientInterceptor {
    private volatile long begin;
    private volatile long end;

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(method, options.withStreamTracerFactory(this));
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void outboundMessageSent(int number, long wireSize, long size) {
          begin = System.nanoTime();
        }

        @Override
        public void inboundTrailers(Metadata trailers) {
          end = System.nanoTime();
        }
      };
    }
  }
}
