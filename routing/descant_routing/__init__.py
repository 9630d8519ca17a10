"""Bytes and wires: messages, ports, and the ledger of sounding notes. Imports nothing of ours."""
