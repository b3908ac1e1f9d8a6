package io.unipin.serving.rpc.items;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdicts;
import io.unipin.serving.failure.ServingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Tests when a stream reads a message, when it does the work of the message, and when it answers.
 */
final class ItemStreamTest {
  private final Answers answers = new Answers();
  private final Deque<Runnable> work = new ArrayDeque<>();

  private final StreamObserver<ChangeItemsRequest> stream =
      ItemStream.open(answers, this::later, ItemStreamTest::answer);

  /**
   * The transport's side of a call. It records the stream's answers and its requests for messages.
   */
  private static final class Answers extends ServerCallStreamObserver<ItemVerdicts> {
    private final List<Long> sent = new ArrayList<>();
    private int requested;
    private boolean ready = true;
    private boolean automatic = true;
    private String end = "";
    private Runnable onReady = () -> {};

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
      onReady = handler;
    }

    @Override
    public void request(int count) {
      requested += count;
    }

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoRequest() {
      automatic = false;
    }

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void onNext(ItemVerdicts verdicts) {
      sent.add(verdicts.getVerdicts(0).getId());
    }

    @Override
    public void onError(Throwable failure) {
      end = String.valueOf(failure.getMessage());
    }

    @Override
    public void onCompleted() {
      end = "OK";
    }
  }

  private void later(StreamObserver<ItemVerdicts> answer, Supplier<ItemVerdicts> change) {
    work.add(
        () -> {
          try {
            answer.onNext(change.get());
            answer.onCompleted();
          } catch (ServingException e) {
            answer.onError(e);
          }
        });
  }

  /** Answers a message with its first deleted id, and refuses a message that deletes no item. */
  private static ItemVerdicts answer(ChangeItemsRequest message) {
    if (message.getDeletesCount() == 0) {
      throw ServingException.invalid("deletes", "one expected, got none");
    }
    return ItemVerdicts.newBuilder()
        .addVerdicts(ItemVerdict.newBuilder().setId(message.getDeletes(0)))
        .build();
  }

  private void send(long id) {
    stream.onNext(ChangeItemsRequest.newBuilder().addDeletes(id).build());
  }

  private void work() {
    work.remove().run();
  }

  @Test
  void open_asksForOneMessage() {
    assertThat(answers.automatic).isFalse();
    assertThat(answers.requested).isEqualTo(1);
  }

  @Test
  void message_isAnsweredBeforeTheNextIsRead() {
    for (int message = 1; message <= 5; message++) {
      send(message);
      assertThat(answers.requested).isEqualTo(message);
      work();
      assertThat(answers.requested).isEqualTo(message + 1);
    }
    assertThat(answers.sent).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void clientThatReadsNoAnswers_isNotReadUntilItDoes() {
    answers.ready = false;
    send(1);
    work();
    assertThat(answers.requested).isEqualTo(1);
    answers.onReady.run(); // the transport may call this at any time, even while it is not ready
    assertThat(answers.requested).isEqualTo(1);
    answers.ready = true;
    answers.onReady.run();
    assertThat(answers.requested).isEqualTo(2);
    answers.onReady.run();
    assertThat(answers.requested).isEqualTo(2);
  }

  @Test
  void end_whileAMessageIsWorkedOn_comesAfterItsAnswer() {
    send(1);
    stream.onCompleted();
    assertThat(answers.end).isEmpty();
    work();
    assertThat(answers.sent).containsExactly(1L);
    assertThat(answers.end).isEqualTo("OK");
    assertThat(answers.requested).isEqualTo(1);
  }

  @Test
  void end_whileAnswersWait_comesAtOnce() {
    answers.ready = false;
    send(1);
    work();
    stream.onCompleted();
    assertThat(answers.end).isEqualTo("OK");
    answers.ready = true;
    answers.onReady.run();
    assertThat(answers.requested).isEqualTo(1);
  }

  @Test
  void wrongMessage_endsTheStreamAndNamesTheMessage() {
    send(1);
    work();
    stream.onNext(ChangeItemsRequest.getDefaultInstance());
    work();
    assertThat(answers.sent).containsExactly(1L);
    assertThat(answers.end).isEqualTo("messages[1].deletes: one expected, got none");
    assertThat(answers.requested).isEqualTo(2);
  }
}
