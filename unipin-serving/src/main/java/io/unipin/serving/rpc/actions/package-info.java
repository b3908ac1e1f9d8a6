/** Changes of users' actions that calls ask for, after they were checked. */
@NullMarked
package io.unipin.serving.rpc.actions;

import org.jspecify.annotations.NullMarked;
