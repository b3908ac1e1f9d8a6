/** Incoming gRPC data before it becomes a call: counted, bounded, and refused with a reason. */
@NullMarked
package io.unipin.serving.rpc.intake;

import org.jspecify.annotations.NullMarked;
