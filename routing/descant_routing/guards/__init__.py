"""What guards an input: echoes, storms, note-offs that never come, cables that go dead. Pure; ns."""
