package io.unipin.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;

/** Sends each call once, to one address. Thread-safe. */
final class SingleCalls implements Calls {
  private final String address;
  private final ManagedChannel channel;
  private final ClientTraces traces;

  SingleCalls(String address, ManagedChannel channel, ClientTraces traces) {
    this.address = address;
    this.channel = channel;
    this.traces = traces;
  }

  @Override
  public <Q, A> A send(Call<Q, A> call, long nanos) {
    try {
      return traces.attempt(call, address, 1, () -> call.send(channel, Call.Route.UNKNOWN, nanos));
    } catch (StatusRuntimeException e) {
      throw RequestException.of(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
