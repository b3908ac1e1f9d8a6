package io.unipin.tests;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Sends requests of arbitrary bytes to a complete server.
 *
 * <p>The first byte of an input selects the method, and all other bytes are the message. The server
 * must answer each call, and the status must not be one that only a defect causes.
 */
public final class RpcTarget implements FuzzTarget {
  private static final long SECONDS = 20;
  private static final Set<Status.Code> DEFECTS =
      Set.of(
          Status.Code.UNKNOWN,
          Status.Code.INTERNAL,
          Status.Code.DATA_LOSS,
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED);

  private final ScratchFolder scratch;
  private final TinyServer server;
  private final ManagedChannel serving;
  private final ManagedChannel administration;
  private final List<MethodDescriptor<byte[], byte[]>> methods = new ArrayList<>();
  private final int servingMethods;

  private RpcTarget(ScratchFolder scratch, TinyServer server) {
    this.scratch = scratch;
    this.server = server;
    this.serving = Channels.to(server.address(), ClientSecurity.NONE).build();
    this.administration = Channels.to(server.adminAddress(), ClientSecurity.NONE).build();
    UniPinGrpc.getServiceDescriptor().getMethods().forEach(method -> methods.add(raw(method)));
    this.servingMethods = methods.size();
    UniPinAdminGrpc.getServiceDescriptor().getMethods().forEach(method -> methods.add(raw(method)));
  }

  public static FuzzTarget start() throws IOException {
    ScratchFolder scratch = ScratchFolder.create();
    return new RpcTarget(scratch, TinyServer.start(scratch.path(), "page.maxServed=200"));
  }

  private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
    return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
        .setFullMethodName(method.getFullMethodName())
        .setType(MethodDescriptor.MethodType.UNARY)
        .build();
  }

  /** Passes messages through unchanged. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public Map<String, byte[]> seeds() {
    Map<String, byte[]> seeds = new TreeMap<>();
    RetrieveAndRankRequest page = TinyServer.request(7);
    put(seeds, "RetrieveAndRank", page.toByteArray());
    put(
        seeds,
        "Retrieve",
        RetrieveRequest.newBuilder().setUser(page.getUser()).build().toByteArray());
    put(
        seeds,
        "Rank",
        RankRequest.newBuilder()
            .setUser(page.getUser())
            .addItemIds(TinyServer.FIRST_ID)
            .addItemIds(3)
            .build()
            .toByteArray());
    Action action =
        Action.newBuilder()
            .setItemId(TinyServer.FIRST_ID)
            .addActions("click")
            .setTimeMs(TinyServer.NOW)
            .setEventId("e1")
            .build();
    put(
        seeds,
        "RecordActions",
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId("user7").addActions(action))
            .build()
            .toByteArray());
    put(seeds, "EraseUser", EraseUserRequest.newBuilder().setUserId("user7").build().toByteArray());
    Item item = Item.newBuilder().setId(7).setTitle("New").addContent(0.5f).build();
    put(
        seeds,
        "ChangeItems",
        ChangeItemsRequest.newBuilder()
            .addDeletes(TinyServer.FIRST_ID)
            .addPuts(item)
            .build()
            .toByteArray());
    put(
        seeds,
        "ChangeItemsStream",
        ChangeItemsRequest.newBuilder().addPuts(item).addDeletes(8).build().toByteArray());
    put(seeds, "GetItem", GetItemRequest.newBuilder().setId(7).build().toByteArray());
    for (MethodDescriptor<byte[], byte[]> method : methods) {
      String name = String.valueOf(method.getBareMethodName());
      seeds.putIfAbsent(name, new byte[] {index(name)});
    }
    return seeds;
  }

  private void put(Map<String, byte[]> seeds, String method, byte[] message) {
    byte[] input = new byte[1 + message.length];
    input[0] = index(method);
    System.arraycopy(message, 0, input, 1, message.length);
    seeds.put(method, input);
  }

  private byte index(String method) {
    List<String> names =
        methods.stream().map(each -> String.valueOf(each.getBareMethodName())).toList();
    return (byte) names.indexOf(method);
  }

  @Override
  public void run(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int method = Byte.toUnsignedInt(input[0]) % methods.size();
    ManagedChannel channel = method < servingMethods ? serving : administration;
    byte[] message = Arrays.copyOfRange(input, 1, input.length);
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
    try {
      ClientCalls.blockingUnaryCall(channel, methods.get(method), options, message);
    } catch (StatusRuntimeException e) {
      if (DEFECTS.contains(e.getStatus().getCode())) {
        throw e;
      }
    }
  }

  @Override
  public void close() throws IOException {
    serving.shutdownNow();
    administration.shutdownNow();
    server.close();
    scratch.close();
  }
}
