"""What guards an input: echoes of ours, storms, note-offs that never come, cables that go dead. Pure; ns."""
