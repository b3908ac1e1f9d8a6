/**
 * Checked changes of users' actions: events that will be recorded, and events that will be taken
 * back.
 */
@NullMarked
package io.unipin.serving.rpc.actions;

import org.jspecify.annotations.NullMarked;
