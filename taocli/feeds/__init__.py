"""Live numbers with their age: polling, ring buffers and the store that every dashboard reads."""
