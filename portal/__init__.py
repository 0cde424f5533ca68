"""The foundation: people, rights, audit, jobs, how doors look. Sees no feature above it."""
