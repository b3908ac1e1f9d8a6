package io.unipin.serving.rpc;

import io.unipin.serving.history.ActionEvent;
import java.util.List;

/** Events of one user that will be recorded. */
record UserEvents(String user, List<ActionEvent> events) {}
