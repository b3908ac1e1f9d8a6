package io.unipin.serving.rpc;

import io.unipin.serving.admission.Admission;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.request.ServerIdentity;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.user.UserData;
import org.jspecify.annotations.Nullable;

/**
 * The objects that the services work on. The services close none of them, but drain the admission.
 *
 * @param tokens callers' tokens; absent when no token is required
 * @param users the server's data about users
 */
public record RpcServices(
    @Nullable TokenFile tokens,
    ServedBundles bundles,
    Admission admission,
    UserData users,
    Shadow shadow,
    Telemetry telemetry,
    ServerIdentity identity) {
  ServingMetrics metrics() {
    return telemetry.metrics();
  }
}
