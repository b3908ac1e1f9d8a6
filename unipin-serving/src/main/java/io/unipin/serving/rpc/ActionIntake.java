package io.unipin.serving.rpc;

import io.unipin.model.features.ModelConfig;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetractActionsResponse;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.history.RetractResult;
import io.unipin.serving.items.live.LiveItems;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.rpc.actions.JournalEntries;
import io.unipin.serving.rpc.actions.UserEvents;
import io.unipin.serving.rpc.actions.UserRetractions;
import io.unipin.serving.user.ActionJournal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Records and retracts users' actions. Thread-safe. */
public final class ActionIntake {
  private final RpcServices services;
  private final ActionJournal journal;

  /**
   * Creates an intake.
   *
   * @param journal stores every change before the change is made
   */
  public ActionIntake(RpcServices services, ActionJournal journal) {
    this.services = services;
    this.journal = journal;
  }

  /**
   * Records the actions of a request.
   *
   * @throws io.unipin.serving.failure.ServingException INVALID when the request breaks a rule;
   *     another kind when the actions can't be recorded now
   */
  public RecordActionsResponse record(RecordActionsRequest request) {
    return record(request, KnownErasure.ANY).orElseThrow();
  }

  /**
   * Records the actions of a request.
   *
   * @param known the last erasure of the request's users that the caller has considered
   * @return empty if a user was erased after {@code known}; the actions of this user are not
   *     recorded
   */
  Optional<RecordActionsResponse> record(RecordActionsRequest request, KnownErasure known) {
    RecordActionsResponse.Builder response = RecordActionsResponse.newBuilder();
    List<UserEvents> users = reader().events(request);
    journal.write(() -> users.stream().flatMap(user -> JournalEntries.of(user).stream()).toList());
    for (UserEvents user : users) {
      Optional<AppendResult> recorded = services.users().record(user.user(), user.events(), known);
      if (recorded.isEmpty()) {
        return Optional.empty();
      }
      AppendResult result = recorded.get();
      response
          .setRecorded(response.getRecorded() + result.recorded())
          .setDuplicates(response.getDuplicates() + result.duplicates())
          .setCorrected(response.getCorrected() + result.corrected())
          .setRetracted(response.getRetracted() + result.retracted())
          .setUnlinked(response.getUnlinked() + result.unlinked());
    }
    ServingMetrics metrics = services.metrics();
    metrics.recorded("recorded", response.getRecorded());
    metrics.recorded("duplicate", response.getDuplicates());
    metrics.recorded("corrected", response.getCorrected());
    metrics.recorded("retracted", response.getRetracted());
    metrics.recorded("unlinked", response.getUnlinked());
    return Optional.of(response.build());
  }

  /** Retracts a request's actions. Throws as {@link #record(RecordActionsRequest)} does. */
  public RetractActionsResponse retract(RetractActionsRequest request) {
    return retract(request, KnownErasure.ANY).orElseThrow();
  }

  /** Retracts actions, unless the user was erased after {@code known}. */
  Optional<RetractActionsResponse> retract(RetractActionsRequest request, KnownErasure known) {
    UserRetractions user = reader().retractions(request);
    long nowMs = services.identity().nowMs();
    journal.write(() -> JournalEntries.of(user));
    return services
        .users()
        .retract(user.user(), user.eventIds(), user.revision(), nowMs, known)
        .map(this::counted);
  }

  private RetractActionsResponse counted(RetractResult result) {
    ServingMetrics metrics = services.metrics();
    metrics.retracted("retracted", result.retracted());
    metrics.retracted("waiting", result.waiting());
    metrics.retracted("duplicate", result.duplicates());
    metrics.retracted("superseded", result.superseded());
    metrics.retracted("unlinked", result.unlinked());
    metrics.retracted("forgotten", result.forgotten());
    return RetractActionsResponse.newBuilder()
        .setRetracted(result.retracted())
        .setWaiting(result.waiting())
        .setDuplicates(result.duplicates())
        .setSuperseded(result.superseded())
        .setUnlinked(result.unlinked())
        .setForgotten(result.forgotten())
        .build();
  }

  /**
   * Creates a reader that accepts the name of an action or a surface if any serving bundle has this
   * name. The reason is that a stored history outlives bundles and arms. If bundles have different
   * ids for a key, the server's own bundle decides.
   */
  private RequestReader reader() {
    Set<String> actions = new LinkedHashSet<>();
    Set<String> surfaces = new LinkedHashSet<>();
    List<LiveItems> items = new ArrayList<>();
    for (BundleHolder holder : services.bundles().routes().holders()) {
      try (BundleLease lease = holder.acquire()) {
        ModelConfig config = lease.bundle().model().config();
        actions.addAll(config.actions());
        surfaces.addAll(config.surfaces());
        items.add(lease.bundle().items());
      }
    }
    return new RequestReader(
        new RequestReader.Schema(
            List.copyOf(actions), List.copyOf(surfaces), this::firstSurface, ItemNames.of(items)),
        services.identity().maxPageSize(),
        services.identity().nowMs());
  }

  private String firstSurface(String user) {
    try (BundleLease lease = services.bundles().routes().of(user).bundles().acquire()) {
      return lease.bundle().model().config().surfaces().get(0);
    }
  }
}
