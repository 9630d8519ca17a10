"""Bytes and wires: messages, ports, and the ledger of sounding notes. Imports no other package of Descant's."""
