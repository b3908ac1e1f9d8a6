/**
 * Checked changes of users' actions: events that will be recorded, and events that will be
 * retracted.
 */
@NullMarked
package io.unipin.serving.rpc.actions;

import org.jspecify.annotations.NullMarked;
