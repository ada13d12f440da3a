"""Arguments in domain values -> a ``Call`` that the chain understands."""
