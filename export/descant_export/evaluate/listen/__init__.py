"""``descant listen``: a page for ears, and a blind test after its papers' own."""
