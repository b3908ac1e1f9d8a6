package io.unipin.serving.rpc;

import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.ItemChanges;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.tracing.Tracing;
import io.unipin.serving.user.UserData;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the services work on; none of it is closed by them, but the admission is drained.
 *
 * @param tokens of callers; without it nobody is asked for one
 * @param control changes what serves
 * @param users what is held of them
 * @param configVersion tells the server's settings from others
 * @param clockMs tells the time of day, in milliseconds since the epoch
 */
public record RpcServices(
    @Nullable TokenFile tokens,
    BundleHolder bundles,
    BundleControl control,
    ItemChanges items,
    Admission admission,
    Routes routes,
    UserData users,
    UserKvCache cache,
    Shadow shadow,
    ServingMetrics metrics,
    Tracing tracing,
    int maxPageSize,
    String configVersion,
    LongSupplier clockMs) {}
