"""Descant as a service of the user's session: started at login, started again when it fails."""
