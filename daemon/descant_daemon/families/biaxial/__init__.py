"""The biaxial network: LSTMs along time, one along pitch (Johnson 2015; Kotecha & Young 2018)."""
