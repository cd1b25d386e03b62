"""Git beneath gitops/repo: running it, its objects, its refs. The owner of GitPython. Must not know commands or values."""
