/** The audit log, which records the actions of operators and the erasures of users. */
@NullMarked
package io.unipin.serving.audit;

import org.jspecify.annotations.NullMarked;
