package io.unipin.serving.rpc.actions;

import io.unipin.serving.history.ActionEvent;
import java.util.List;

/** Events of one user that will be recorded. */
public record UserEvents(String user, List<ActionEvent> events) {}
