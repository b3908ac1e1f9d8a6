package io.unipin.serving.log;

/** An entry of a log as a line of JSON, and the id of the user whom the entry names. */
record LogText(String user, String json) {}
