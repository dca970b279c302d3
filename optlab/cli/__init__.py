"""The command line: one file a verb, put together in `optlab.cli.app`."""
