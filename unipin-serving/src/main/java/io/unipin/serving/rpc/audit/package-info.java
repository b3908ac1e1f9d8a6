/** Writes calls to the audit log. */
@NullMarked
package io.unipin.serving.rpc.audit;

import org.jspecify.annotations.NullMarked;
