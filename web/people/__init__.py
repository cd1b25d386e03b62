"""Who asks, how they prove it, what they may, and what is written down of it. Must not carry anything out."""
