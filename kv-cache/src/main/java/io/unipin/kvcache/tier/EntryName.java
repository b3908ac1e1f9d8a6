package io.unipin.kvcache.tier;

/** The name of an entry in the files: a user under one model. */
record EntryName(Id user, Id model) {}
