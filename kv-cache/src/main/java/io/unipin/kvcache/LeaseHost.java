package io.unipin.kvcache;

/** The parts of a cache that a lease reports to. Thread-safe. */
record LeaseHost(EntryStore entries, WriterSlots writers, LeaseLedger ledger, Tiers tiers) {}
