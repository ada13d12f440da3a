"""The vocabulary: values, ports and errors. No I/O and no third-party import lives here."""
