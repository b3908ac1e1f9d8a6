package io.unipin.serving.log;

/** An entry of a log in its written form. */
record LogText(String user, String json) {}
