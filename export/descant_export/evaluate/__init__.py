"""``descant evaluate``: likelihoods under two protocols, music statistics beside human ones, and novelty."""
