"""The command line, `klepaas`: on the repository directly or through a server; and the demo it starts."""
