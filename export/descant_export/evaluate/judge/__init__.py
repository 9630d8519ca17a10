"""``descant judge``: can a style be told by its takes, and can a take be told from human music?"""
