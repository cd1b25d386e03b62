"""Git beneath gitops/repo: running it, objects, refs, remotes, group commit. The owner of GitPython. Must not know commands or values."""
