"""What processes tell of themselves: logs, bugs, traces, all of it without secrets. Must not change what is told of."""
