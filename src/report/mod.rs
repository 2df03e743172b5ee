//! What is told about a run: pure renderings, no printing.
