/** What comes in over gRPC before a call is made of it: counted, bounded, and refused with a reason. */
@NullMarked
package io.unipin.serving.rpc.intake;

import org.jspecify.annotations.NullMarked;
