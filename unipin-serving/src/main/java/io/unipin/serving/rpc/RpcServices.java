package io.unipin.serving.rpc;

import io.unipin.serving.admission.Admission;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.request.ServerIdentity;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.user.UserData;
import org.jspecify.annotations.Nullable;

/**
 * What the services work on; none of it is closed by them, but the admission is drained.
 *
 * @param tokens of callers; without it nobody is asked for one
 * @param users what is held of them
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
