"""REST, /api/v1: what comes in is checked and described, one call is made, what came back is shown. Must not decide."""
