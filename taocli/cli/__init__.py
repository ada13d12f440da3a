"""The command line: parse, ask, draw. Everything else is somewhere below."""
