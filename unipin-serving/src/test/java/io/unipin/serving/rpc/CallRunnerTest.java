package io.unipin.serving.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.AdmissionConfig;
import io.unipin.serving.metrics.ServingMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CallRunnerTest {
  private static final long POLL_NANOS = 100_000;
  private final ServingMetrics metrics = new ServingMetrics();
  private final Admission admission =
      new Admission("test", 1, 1, AdmissionConfig.patient(), System::nanoTime);
  private final CallRunner calls = new CallRunner(admission, metrics, false);
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    calls.drain(Duration.ofSeconds(10));
    metrics.close();
  }

  @Test
  void run_fullQueue_isRefusedWithRetryInfo() throws Exception {
    CompletableFuture<String> running = run(this::await);
    CompletableFuture<String> waiting = run(this::await);
    while (admission.waiting() < 1) {
      LockSupport.parkNanos(POLL_NANOS); // gives other threads time to run
    }
    StatusRuntimeException refused = failure(run(this::await));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    List<Any> details = StatusProto.fromThrowable(refused).getDetailsList();
    assertThat(details).anyMatch(detail -> detail.is(RetryInfo.class));
    assertThat(details.get(0).unpack(ErrorInfo.class).getDomain()).isEqualTo("unipin");
    gate.countDown();
    assertThat(running.get()).isEqualTo("done");
    assertThat(waiting.get()).isEqualTo("done");
  }

  @Test
  void run_cancelledWhileWaiting_doesNoWork() throws Exception {
    CompletableFuture<String> running = run(this::await);
    AtomicBoolean worked = new AtomicBoolean();
    Context.CancellableContext context = Context.current().withCancellation();
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    context.run(
        () ->
            calls.run(
                "Test",
                observer(cancelled),
                budget -> {
                  worked.set(true);
                  return "done";
                }));
    context.cancel(null);
    gate.countDown();
    running.get();
    assertThat(failure(cancelled).getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(worked).isFalse();
  }

  @Test
  void run_cancelledWhileWorking_isNotCountedAsAnswered() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    context.run(
        () ->
            calls.run(
                "Test",
                observer(cancelled),
                budget -> {
                  context.cancel(null);
                  return "done";
                }));
    assertThat(failure(cancelled).getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
    calls.drain(Duration.ofSeconds(10));
    assertThat(metrics.scrape())
        .contains("rpc=\"Test\",status=\"CANCELLED\"")
        .doesNotContain("status=\"OK\"");
  }

  @Test
  void serve_answerInTime_isFollowedByItsEffects() throws Exception {
    AtomicBoolean followed = new AtomicBoolean();
    CompletableFuture<String> answer = new CompletableFuture<>();
    calls.serve(
        "Test",
        () -> "Test",
        observer(answer),
        budget -> new CallRunner.Answer<>("done", () -> followed.set(answer.isDone())));
    assertThat(answer.get()).isEqualTo("done");
    calls.drain(Duration.ofSeconds(10));
    assertThat(followed).isTrue();
  }

  @Test
  void serve_effectsFail_theAnswerStands() throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    calls.serve(
        "Test",
        () -> "Test",
        observer(answer),
        budget ->
            new CallRunner.Answer<>(
                "done",
                () -> {
                  throw new IllegalStateException("a log that fails");
                }));
    assertThat(answer.get()).isEqualTo("done");
    calls.drain(Duration.ofSeconds(10));
    assertThat(metrics.scrape()).contains("rpc=\"Test\",status=\"OK\"");
  }

  @Test
  void serve_lateAnswer_hasNoEffects() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    AtomicBoolean followed = new AtomicBoolean();
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    context.run(
        () ->
            calls.serve(
                "Test",
                () -> "Test",
                observer(cancelled),
                budget -> {
                  context.cancel(null);
                  return new CallRunner.Answer<>("late", () -> followed.set(true));
                }));
    assertThat(failure(cancelled).getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
    calls.drain(Duration.ofSeconds(10));
    assertThat(followed).isFalse();
  }

  @Test
  void run_unexpectedFailure_saysNothingOfTheInside() throws Exception {
    StatusRuntimeException failed =
        failure(
            run(
                () -> {
                  throw new IllegalStateException("/secret/path at 0x7fff");
                }));
    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(String.valueOf(StatusProto.fromThrowable(failed))).doesNotContain("secret");
    gate.countDown();
    assertThat(run(() -> "well").get()).isEqualTo("well");
  }

  @Test
  void run_errors_areAnsweredAndTheWorkerGoesOn() throws Exception {
    for (Error error :
        List.of(
            new OutOfMemoryError("Cannot reserve direct buffer memory"),
            new NoClassDefFoundError("/secret/path"),
            new StackOverflowError())) {
      StatusRuntimeException failed =
          failure(
              run(
                  () -> {
                    throw error;
                  }));
      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
      assertThat(String.valueOf(StatusProto.fromThrowable(failed))).doesNotContain("secret");
    }
    assertThat(run(() -> "well").get()).isEqualTo("well");
    assertThat(metrics.scrape()).contains("rpc=\"Test\",status=\"INTERNAL\"");
  }

  @Test
  void run_afterDrain_isUnavailable() throws Exception {
    calls.drain(Duration.ofMillis(1));
    assertThat(failure(run(() -> "late")).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  private String await() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "done";
  }

  private CompletableFuture<String> run(Supplier<String> work) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    calls.run("Test", observer(answer), budget -> work.get());
    return answer;
  }

  private static StatusRuntimeException failure(CompletableFuture<String> answer)
      throws InterruptedException {
    try {
      throw new AssertionError("a failure expected, got " + answer.get());
    } catch (ExecutionException e) {
      return (StatusRuntimeException) Objects.requireNonNull(e.getCause());
    }
  }

  private static StreamObserver<String> observer(CompletableFuture<String> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        answer.complete(value);
      }

      @Override
      public void onError(Throwable failure) {
        answer.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {}
    };
  }
}
