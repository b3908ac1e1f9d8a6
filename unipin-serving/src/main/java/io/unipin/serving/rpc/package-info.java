/** The gRPC server: services, checks of requests and statuses of failures. */
@NullMarked
package io.unipin.serving.rpc;

import org.jspecify.annotations.NullMarked;
