package io.unipin.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;

/** Sends each call once, to one address. Thread-safe. */
final class SingleCalls implements Calls {
  private final ManagedChannel channel;

  SingleCalls(ManagedChannel channel) {
    this.channel = channel;
  }

  @Override
  public <Q, A> A send(Call<Q, A> call, long nanos) {
    try {
      return call.send(channel, nanos);
    } catch (StatusRuntimeException e) {
      throw RequestException.of(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
