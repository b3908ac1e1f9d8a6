package io.unipin.serving.rpc.items;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.ItemVerdicts;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.failure.Violation;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One stream of changes. Each message gets one answer, in order.
 *
 * <p>The stream asks its transport for the next message only after it has answered the previous
 * message, and only while the client takes answers. So only one message of a stream is in memory at
 * a time. No further message is read from a client that does not read the answers. The transport
 * and a worker may call methods at the same time.
 */
public final class ItemStream implements StreamObserver<ChangeItemsRequest> {
  private final ServerCallStreamObserver<ItemVerdicts> answers;
  private final Runner runner;
  private final Function<ChangeItemsRequest, ItemVerdicts> change;
  private long messages;

  @GuardedBy("this")
  private boolean working;

  /** Whether the stream reads no further message until the client takes answers. */
  @GuardedBy("this")
  private boolean full;

  /** Whether the client has sent its last message. */
  @GuardedBy("this")
  private boolean ended;

  /** Runs the work of one message on another thread. */
  @FunctionalInterface
  public interface Runner {
    /** Passes the result of the work to the observer, or a failure of the work as a status. */
    void run(StreamObserver<ItemVerdicts> answer, Supplier<ItemVerdicts> work);
  }

  private ItemStream(
      ServerCallStreamObserver<ItemVerdicts> answers,
      Runner runner,
      Function<ChangeItemsRequest, ItemVerdicts> change) {
    this.answers = answers;
    this.runner = runner;
    this.change = change;
  }

  /** Opens a stream. The method of the service must open the stream before it returns. */
  public static StreamObserver<ChangeItemsRequest> open(
      ServerCallStreamObserver<ItemVerdicts> answers,
      Runner runner,
      Function<ChangeItemsRequest, ItemVerdicts> change) {
    ItemStream stream = new ItemStream(answers, runner, change);
    answers.disableAutoRequest();
    answers.setOnReadyHandler(stream::readOn);
    // An answer to a client that has gone is dropped and causes no exception.
    answers.setOnCancelHandler(() -> {});
    answers.request(1);
    return stream;
  }

  @Override
  public void onNext(ChangeItemsRequest message) {
    long number = messages++;
    synchronized (this) {
      working = true;
    }
    runner.run(
        new StreamObserver<>() {
          @Override
          public void onNext(ItemVerdicts verdicts) {
            answers.onNext(verdicts);
          }

          @Override
          public void onError(Throwable failure) {
            answers.onError(failure);
          }

          @Override
          public void onCompleted() {
            answered();
          }
        },
        () -> changed(number, message));
  }

  private ItemVerdicts changed(long number, ChangeItemsRequest message) {
    try {
      return change.apply(message);
    } catch (ServingException e) {
      throw e.violations().isEmpty() ? e : numbered(number, e);
    }
  }

  /** Adds the number of the message to each field that its errors name. */
  private static ServingException numbered(long number, ServingException failure) {
    return ServingException.invalid(
        failure.violations().stream()
            .map(
                violation ->
                    new Violation(
                        "messages[" + number + "]." + violation.field(), violation.description()))
            .toList());
  }

  private void answered() {
    boolean last;
    synchronized (this) {
      working = false;
      last = ended;
      full = !last && !answers.isReady();
      if (full) {
        return;
      }
    }
    if (last) {
      answers.onCompleted();
    } else {
      answers.request(1);
    }
  }

  /**
   * Asks for the next message if the stream waited for the client and the client now takes answers.
   */
  private void readOn() {
    synchronized (this) {
      if (!full || !answers.isReady()) {
        return;
      }
      full = false;
    }
    answers.request(1);
  }

  @Override
  public void onError(Throwable failure) {
    // The client has gone. Changes that the client sent before keep their effect.
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      ended = true;
      full = false;
      if (working) {
        return;
      }
    }
    answers.onCompleted();
  }
}
